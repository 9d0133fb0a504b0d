/** Marks a character that PostgreSQL cannot store; from the private use area, where no text has any business. */
const MARK = "\uE000";
/** What is marked: U+0000, halves of surrogate pairs, and the mark itself. */
const UNSTORABLE = /[\0\uE000]|\p{Surrogate}/gu;
const MARKED = /\uE000([0-9a-f]{4})/g;

/** A text, or all texts in plain data, in a form that PostgreSQL stores: it has no U+0000 and only whole characters. */
export function toStorable(value: unknown): unknown {
  return mapTexts(
    value,
    (text) => text.replace(UNSTORABLE, (character) => MARK + character.charCodeAt(0).toString(16).padStart(4, "0")),
  );
}

/** What {@link toStorable} was given. */
export function fromStorable(value: unknown): unknown {
  return mapTexts(
    value,
    (text) => text.replace(MARKED, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
  );
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [map(name), mapTexts(each, map)]));
}
