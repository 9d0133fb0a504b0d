import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { HistoryError } from "../../src/errors.ts";
import type { ChangeEntry } from "../../src/history/change_entry.ts";
import { sealEntry, verifyDigests } from "../../src/history/digest.ts";
import { draft, runDraft, sealLog } from "../fixtures/log.ts";

const drafts = [
  runDraft(),
  draft(),
  draft({ changeId: "add_index", order: "0002", metadata: { a: { b: 1, c: [1] } } }),
];

/** The error of a log with something changed in one entry. */
async function brokenBy(seq: number, change: Partial<ChangeEntry>): Promise<HistoryError> {
  const log = (await sealLog(drafts)).map((entry) => entry.seq === seq ? { ...entry, ...change } : entry);
  const error = await assertRejects(() => verifyDigests(log), HistoryError);
  assertEquals(error.code, "HISTORY_BROKEN");
  return error;
}

Deno.test("sealEntry() gives an entry its place and links it to the one before", async () => {
  const [first, second, third] = await sealLog(drafts);
  assert(first !== undefined && second !== undefined && third !== undefined);
  assertEquals([first.seq, second.seq, third.seq], [1, 2, 3]);
  assertEquals([first.previous, second.previous, third.previous], [null, first.digest, second.digest]);
  assertEquals(new Set([first, second, third].map(({ format }) => format)), new Set([1]));
  assertMatch(first.digest, /^sha256:[0-9a-f]{64}$/);
});

Deno.test("sealEntry() gives the same draft another digest at another place", async () => {
  const first = await sealEntry(draft(), { seq: 0, digest: null });
  assertEquals(await sealEntry(draft(), { seq: 0, digest: null }), first);
  assertNotEquals((await sealEntry(draft(), { seq: 1, digest: null })).digest, first.digest);
  assertNotEquals((await sealEntry(draft(), { seq: 0, digest: "sha256:other" })).digest, first.digest);
});

Deno.test("verifyDigests() accepts a log as it was written, and an empty one", async () => {
  await verifyDigests(await sealLog(drafts));
  await verifyDigests([]);
});

Deno.test("verifyDigests() does not depend on the order in which a database gives the fields", async () => {
  const reverse = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reverse);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).toReversed().map(([name, inner]) => [name, reverse(inner)]));
  };
  const log = (await sealLog(drafts)).map((entry) => reverse(entry) as ChangeEntry);
  assertEquals(Object.keys(log[0] ?? {})[0], "digest");
  await verifyDigests(log);
});

Deno.test("verifyDigests() names the entry that was edited, its change unit and its state", async () => {
  const { message } = await brokenBy(3, { state: "ROLLED_BACK" });
  assertMatch(message, /Entry 3 .*\(add_index by ann, ROLLED_BACK\) was edited/);
});

Deno.test("verifyDigests() names the first of several edited entries, and no change unit on a RUN entry", async () => {
  const log = (await sealLog(drafts)).map((entry) => ({ ...entry, executionHostname: "elsewhere" }));
  const error = await assertRejects(() => verifyDigests(log), HistoryError);
  assertMatch(error.message, /^Entry 1 of the history was edited/);
});

const edits: Partial<ChangeEntry>[] = [
  { seq: 7 },
  { format: 2 },
  { previous: null },
  { digest: `sha256:${"0".repeat(64)}` },
  { executionId: "execution-2" },
  { operation: "UNDO" },
  { type: "BEFORE_EXECUTION" },
  { state: "FAILED" },
  { changeId: "create_user" },
  { author: "bob" },
  { order: "0003" },
  { file: null },
  { checksum: "sha256:other" },
  { systemVersion: "1" },
  { runAlways: true },
  { timestamp: "2026-11-22T09:30:00.001Z" },
  { executionMillis: 13 },
  { attempts: 2 },
  { comment: { by: "ann", reason: "none" } },
  { executionHostname: "host-2" },
  { session: "s" },
  { metadata: { reason: "none" } },
  { error: { name: "Error", code: null, message: "no" } },
  { settled: "sha256:other" },
];

Deno.test("verifyDigests() is tried with an edit of every field", async () => {
  const [entry] = await sealLog([draft()]);
  assert(entry !== undefined);
  assertEquals(edits.flatMap((edit) => Object.keys(edit)).toSorted(), Object.keys(entry).toSorted());
});

for (const edit of edits) {
  Deno.test(`verifyDigests() finds an edit of \`${Object.keys(edit).join()}\``, async () => {
    await brokenBy(2, edit);
  });
}

Deno.test("verifyDigests() finds edits deep inside of metadata", async () => {
  await brokenBy(3, { metadata: { a: { b: 1, c: [2] } } });
  await brokenBy(3, { metadata: { a: { b: 1, c: [1], d: null } } });
  await brokenBy(3, { metadata: { a: { b: "1", c: [1] } } });
});
