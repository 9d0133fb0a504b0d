const BYTE_ORDER_MARK = "\uFEFF";

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
export async function checksumOf(source: string): Promise<string> {
  const text = source.startsWith(BYTE_ORDER_MARK) ? source.slice(1) : source;
  return await sha256(text.replace(/\r\n?/g, "\n"));
}

/** Computes `sha256:<hex>` of a text. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return `sha256:${hex.join("")}`;
}
