const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** How a text may look on a terminal. */
export type Style = keyof typeof CODES;

/** Gives a text a look. */
export type Paint = (style: Style, text: string) => string;

/** Leaves every text as it is: for files, pipes and people who want no colours. */
export const plain: Paint = (_style, text) => text;

/** Paints for a terminal. */
export const coloured: Paint = (style, text) => {
  const [on, off] = CODES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
};
