import { assertEquals, assertNotEquals } from "@std/assert";
import type { ListedChange } from "../../mod.ts";
import { isSettledBy, settledDigest } from "../../src/plan/settled.ts";
import { sealLog } from "../fixtures/log.ts";
import { draft } from "../fixtures/log.ts";

const one: ListedChange = { order: "1", id: "a", file: "1_a.ts", author: null, checksum: "sha256:a" };
const two: ListedChange = { order: "2", id: "b", file: "2_b.ts", author: null, checksum: "sha256:b" };

Deno.test("settledDigest() is the same in whatever order change units are listed, and without any", async () => {
  assertEquals(await settledDigest([one, two]), await settledDigest([two, one]));
  assertEquals(await settledDigest([]), await settledDigest([]));
  assertNotEquals(await settledDigest([one, two]), await settledDigest([one]));
  assertNotEquals(await settledDigest([one]), await settledDigest([]));
});

const edits: readonly Partial<ListedChange>[] = [
  { order: "3" },
  { id: "c" },
  { file: "2_c.ts" },
  { author: "ann" },
  { checksum: "sha256:c" },
  { checksum: null },
];

for (const edit of edits) {
  Deno.test(`settledDigest() is another with ${JSON.stringify(edit)}`, async () => {
    assertNotEquals(await settledDigest([one, { ...two, ...edit }]), await settledDigest([one, two]));
  });
}

Deno.test("isSettledBy() asks for the digest, the state and the format", async () => {
  const settles = async (said: Parameters<typeof draft>[0]) => {
    const [entry] = await sealLog([draft(said)]);
    return entry !== undefined && isSettledBy(entry, "a digest");
  };
  assertEquals(await settles({ settled: "a digest" }), true);
  assertEquals(await settles({ settled: "another" }), false);
  assertEquals(await settles({ settled: null }), false);
  assertEquals(await settles({ settled: "a digest", state: "FAILED" }), false);
  const [entry] = await sealLog([draft({ settled: "a digest" })]);
  assertEquals(entry !== undefined && isSettledBy({ ...entry, format: 2 }, "a digest"), false);
});
