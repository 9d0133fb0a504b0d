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
  return redactUrls(text).replace(/\{[^{}]*\}/g, "{…}");
}

/** Takes user names and passwords out of the URLs in a text. */
export function redactUrls(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/"'`]*@/gi, "$1***@");
}
