const BYTE_ORDER_MARK = "\uFEFF";
const CARRIAGE_RETURN = 0x0d;
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

/** Computes the same checksum of a text in UTF-8. Only where it begins with a mark or has a CR it needs to be decoded. */
export function checksumOfBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isMarked || bytes.includes(CARRIAGE_RETURN)
    ? checksumOf(new TextDecoder().decode(bytes))
    : sha256OfBytes(bytes);
}

/** Computes `sha256:<hex>` of a text. */
export function sha256(text: string): Promise<string> {
  return sha256OfBytes(encoder.encode(text));
}

/** Computes `sha256:<hex>` of bytes. */
export async function sha256OfBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256:${new Uint8Array(digest).toHex()}`;
}
