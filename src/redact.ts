/**
 * Takes out of a text what nobody should read in a log: passwords in URLs, and the values that database errors quote in
 * braces (`dup key: { email: "ann@example.org" }`) or as what they could not parse.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { redact } from "./redact.ts";
 *
 * assertEquals(redact("no answer from mongodb://ann:secret@db/shop"), "no answer from mongodb://***@db/shop");
 * assertEquals(redact('dup key: { email: "ann@example.org" }'), "dup key: {…}");
 * ```
 */
export function redact(text: string): string {
  return redactBraces(redactExcerpts(redactValues(redactUrls(text))));
}

/** Takes user names, passwords and secret options out of the URLs in a text; rather too much than too little. */
export function redactUrls(text: string): string {
  return text.replace(/\S+/g, redactWord);
}

/** Options of a database URL whose value is a secret. */
const SECRET_OPTIONS = /([?&;][^=&;?]{0,60}(?:password|secret|token)[^=&;?]{0,60}=)[^&;\s"'`]+/gi;
const SESSION_TOKEN = /(AWS_SESSION_TOKEN(?::|%3A))[^,&;\s"'`]+/gi;
/** What `npm:mongodb@7` and the like have in common with `ann:password@db` is no secret. */
const LOGIN = /^(["'`(<[]*)(?!(?:npm|jsr|node|mailto):)[^\s:@/"'`(<[]+:[^\s@/]\S*@(?=[\w[])/i;

function redactWord(word: string): string {
  const withoutOptions = word.replace(SECRET_OPTIONS, "$1***").replace(SESSION_TOKEN, "$1***");
  return word.includes("://") ? redactUrl(withoutOptions) : withoutOptions.replace(LOGIN, "$1***@");
}

/** A password may hold slashes and at signs, so that only the last at sign is certain to end it. */
function redactUrl(word: string): string {
  const start = word.indexOf("://") + 3;
  const end = word.lastIndexOf("@");
  const userInfo = word.slice(start, end);
  const isPath = userInfo.includes("/") && !userInfo.includes(":");
  return start < 3 || end < start || isPath ? word : `${word.slice(0, start)}***${word.slice(end)}`;
}

/** What stands in front of a value that is quoted, with the quotation mark, and what stands behind it. */
const VALUES: readonly (readonly [before: RegExp, behind: string])[] = [
  [/\bDuplicate entry (['"])/i, " for key "],
  [/\bvalue (['"])/i, " is out of range"],
  [/\b(?:value|literal|out of range|for type [\w ]{1,60}|for enum [\w".]{1,140}): (['"])/i, ""],
];

/** A value may hold quotation marks itself, or be cut off: it ends with the last one that can be its end. */
function redactValues(text: string): string {
  return VALUES.reduce((rest, [before, behind]) => {
    const found = before.exec(rest);
    const [head = "", mark = ""] = found ?? [];
    const start = (found?.index ?? 0) + head.length;
    const end = rest.lastIndexOf(mark + behind);
    if (found === null || end < start - mark.length) return rest;
    return `${rest.slice(0, start)}…${end < start ? "" : rest.slice(end)}`;
  }, text);
}

/** The value that could not be parsed ends nobody knows where; `JSON.parse` quotes the text around it. */
function redactExcerpts(text: string): string {
  const end = text.lastIndexOf(" is not valid JSON");
  const start = end < 0 ? -1 : text.indexOf('"');
  const parsed = start < 0 || start > end ? text : `${text.slice(0, start)}"…"${text.slice(end)}`;
  return start < 0 ? parsed.replace(/(\bpars(?:e|ing)\b[^'"{]{0,80})(['"])[^]*$/i, "$1$2…$2") : parsed;
}

/**
 * Everything from the first brace on: values may hold braces and quotes themselves, or be cut off. What a user may not do is
 * no value, and has to be known for that to change.
 */
function redactBraces(text: string): string {
  const allowed = text.replace(/(not authorized on .* to execute command) \{ (\w+): ("[\w.$-]+")/, "$1 $2 $3 {");
  const start = allowed.indexOf("{");
  return start < 0 ? allowed : `${allowed.slice(0, start)}{…}`;
}
