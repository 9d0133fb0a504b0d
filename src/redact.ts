/**
 * Takes out of a text what nobody should read in a log: passwords in URLs, and the values that database errors quote in
 * braces (`dup key: { email: "ann@example.org" }`).
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
  return redactBraces(redactUrls(text));
}

/** Takes user names and passwords out of the URLs in a text; rather too much than too little. */
export function redactUrls(text: string): string {
  return text.replace(/\S+/g, redactUrl);
}

/** A password may hold slashes and at signs, so that only the last at sign is certain to end it. */
function redactUrl(word: string): string {
  const start = word.indexOf("://") + 3;
  const end = word.lastIndexOf("@");
  const userInfo = word.slice(start, end);
  const isPath = userInfo.includes("/") && !userInfo.includes(":");
  return start < 3 || end < start || isPath ? word : `${word.slice(0, start)}***${word.slice(end)}`;
}

/** Everything from the first brace on: values may hold braces and quotes themselves, or be cut off. */
function redactBraces(text: string): string {
  const start = text.indexOf("{");
  return start < 0 ? text : `${text.slice(0, start)}{…}`;
}
