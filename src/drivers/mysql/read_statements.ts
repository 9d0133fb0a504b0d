/** Comments and quoted texts, which hold no words; a comment that is executed is taken apart below. */
const SKIPPED = new RegExp(
  [
    /\s+/,
    /#[^\n]*/,
    /--(?=\s|$)[^\n]*/,
    /\/\*(?!M?!)[^]*?(?:\*\/|$)/,
    /\/\*M?!\d*/, // the beginning of a comment that is executed: what is in it are words
    /\*\//,
    /'(?:[^'\\]|\\[^]|'')*'?/,
    /"(?:[^"\\]|\\[^]|"")*"?/,
    /`(?:[^`]|``)*`?/,
  ].map(({ source }) => source).join("|"),
  "y",
);

const WORD = /[@\w$\u0080-\uffff]+/y;

/**
 * The words of each statement in a text, in upper case, without comments, quoted texts and signs. What is in an executed
 * comment counts, whether or not this version of the server would execute it.
 */
export function readStatements(sql: string): readonly (readonly string[])[] {
  const statements: string[][] = [[]];
  for (let position = 0; position < sql.length;) {
    const skipped = matchAt(SKIPPED, sql, position);
    const word = skipped === undefined ? matchAt(WORD, sql, position) : undefined;
    if (word !== undefined) statements.at(-1)?.push(word.toUpperCase());
    if (skipped === undefined && word === undefined && sql[position] === ";") statements.push([]);
    position += (skipped ?? word ?? " ").length;
  }
  return statements.filter((words) => words.length > 0);
}

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}
