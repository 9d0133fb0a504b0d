const BYTE_ORDER_MARK = "\uFEFF";
const encoder = new TextEncoder();

/**
 * Computes the checksum of a source text: SHA-256 over the text without byte order mark and with LF line ends, so that it
 * does not depend on the editor or on the settings of a version control system.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { checksumOf } from "./checksum.ts";
 *
 * assertEquals(await checksumOf("export {};\r\n"), await checksumOf("\uFEFFexport {};\n"));
 * ```
 */
export function checksumOf(source: string): Promise<string> {
  const text = source.startsWith(BYTE_ORDER_MARK) ? source.slice(1) : source;
  return sha256(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);
}

/** Computes `sha256:<hex>` of a text. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  return `sha256:${new Uint8Array(digest).toHex()}`;
}
