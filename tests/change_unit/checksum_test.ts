import { assertEquals, assertNotEquals } from "@std/assert";
import { checksumOf, sha256 } from "../../src/change_unit/checksum.ts";

const BYTE_ORDER_MARK = "\uFEFF";

Deno.test("sha256() gives the digests of the standard", async () => {
  assertEquals(await sha256(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assertEquals(await sha256("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

const same: [what: string, source: string][] = [
  ["a byte order mark", `${BYTE_ORDER_MARK}one\ntwo\n`],
  ["CRLF line ends", "one\r\ntwo\r\n"],
  ["lone CR line ends", "one\rtwo\r"],
  ["mixed line ends", `${BYTE_ORDER_MARK}one\r\ntwo\r`],
];

for (const [what, source] of same) {
  Deno.test(`checksumOf() does not depend on ${what}`, async () => {
    assertEquals(await checksumOf(source), await sha256("one\ntwo\n"));
  });
}

const different: [what: string, source: string][] = [
  ["a space at the end of a line", "one \ntwo\n"],
  ["a missing last line end", "one\ntwo"],
  ["an empty line", "one\n\ntwo\n"],
  ["an empty line in CRLF", "one\r\n\r\ntwo\r\n"],
  ["an empty line in CR", "one\r\rtwo\r"],
  ["a byte order mark in the middle", `one\n${BYTE_ORDER_MARK}two\n`],
  ["upper case", "One\ntwo\n"],
  ["a composed letter", "one\ntwo\u0301\n"],
];

for (const [what, source] of different) {
  Deno.test(`checksumOf() notices ${what}`, async () => {
    assertNotEquals(await checksumOf(source), await checksumOf("one\ntwo\n"));
  });
}
