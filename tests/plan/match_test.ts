import { assertEquals } from "@std/assert";
import type { ListedChange } from "../../src/change_unit/change_unit.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import { findUnchanged, matchChange, needsLoading, sameChecksum } from "../../src/plan/match.ts";
import { draft, historyOf } from "../fixtures/log.ts";
import { file, unitOf } from "../fixtures/planned.ts";

const listed: ListedChange = {
  order: "0001",
  id: "create_users",
  file: "0001_create_users.ts",
  checksum: "sha256:users",
  author: null,
};
const before = { type: "BEFORE_EXECUTION" } as const;
const fromMemory = { author: "ann", checksum: null, file: null };

const cases: [what: string, listed: Partial<ListedChange>, entries: EntryDraft[], expected: boolean][] = [
  ["pending", {}, [], true],
  ["executed and unchanged", {}, [draft()], false],
  ["executed, unchanged and renumbered", { order: "9", file: "9_create_users.ts" }, [draft()], false],
  ["executed and unchanged, but as one of the change sets of a file", {}, [draft({ order: "0001.1" })], true],
  ["executed as a change set that is listed itself", { author: "ann", order: "0001.1" }, [
    draft({ order: "0001.1" }),
  ], false],
  ["executed, unchanged, and another author's", {}, [draft({ author: "bob" })], false],
  ["executed and unchanged, of two authors", {}, [draft({ author: "bob", checksum: "sha256:bob" }), draft()], false],
  ["executed and edited", { checksum: "sha256:edited" }, [draft()], true],
  ["renamed to another id", { id: "create_people" }, [draft()], true],
  ["executed and run in every execution", {}, [draft({ runAlways: true })], true],
  ["failed", {}, [draft({ state: "FAILED" })], true],
  ["rolled back", {}, [draft({ state: "STARTED" }), draft({ state: "ROLLED_BACK" })], true],
  ["interrupted", {}, [draft({ state: "STARTED" })], true],
  ["not rolled back", {}, [draft({ state: "STARTED" }), draft({ state: "ROLLBACK_FAILED" })], true],
  ["ignored", {}, [draft({ state: "IGNORED" })], true],
  ["prepared by its before step", {}, [draft({ ...before, state: "STARTED" })], true],
  ["executed with its before step", {}, [draft({ ...before, state: "EXECUTED" }), draft()], false],
  ["executed with its before step under way", {}, [draft(), draft({ ...before, state: "STARTED" })], true],
  [
    "executed with a before step that could not be rolled back",
    {},
    [draft(), draft({ ...before, state: "STARTED" }), draft({ ...before, state: "ROLLBACK_FAILED" })],
    true,
  ],
  ["from memory, pending", fromMemory, [], true],
  ["from memory, executed", fromMemory, [draft({ checksum: null })], false],
  ["from memory, executed from a file once", fromMemory, [draft()], false],
  ["from memory, executed by another author", { ...fromMemory, author: "bob" }, [draft()], true],
  ["from memory, without author", { ...fromMemory, author: null }, [draft({ checksum: null })], true],
];

for (const [what, said, entries, expected] of cases) {
  Deno.test(`needsLoading() says ${expected ? "yes" : "no"} to a change unit that is ${what}`, async () => {
    assertEquals(needsLoading({ ...listed, ...said }, await historyOf(...entries)), expected);
  });
}

Deno.test("findUnchanged() finds the author whose checksum it is", async () => {
  const history = await historyOf(draft({ author: "bob", checksum: "sha256:bob" }), draft());
  assertEquals(findUnchanged(listed, history)?.author, "ann");
  assertEquals(findUnchanged({ ...listed, checksum: "sha256:bob" }, history)?.author, "bob");
  assertEquals(findUnchanged({ ...listed, checksum: "sha256:carl" }, history), undefined);
});

Deno.test("matchChange() goes by identity as soon as the change unit is loaded", async () => {
  const history = await historyOf(draft({ author: "bob" }), draft());
  const local = file("0001_create_users.ts", { author: "bob", checksum: "sha256:edited" });
  assertEquals(matchChange(local, unitOf(local), history).known?.author, "bob");
  assertEquals(matchChange(local, undefined, history).known, undefined);
  const carls = file("0001_create_users.ts", { author: "carl", checksum: "sha256:users" });
  assertEquals(matchChange(carls, unitOf(carls), history).known, undefined);
});

Deno.test("sameChecksum() has nothing to say against a checksum that is not there", () => {
  assertEquals(sameChecksum("sha256:a", "sha256:a"), true);
  assertEquals(sameChecksum("sha256:a", "sha256:b"), false);
  assertEquals(sameChecksum(null, "sha256:b"), true);
  assertEquals(sameChecksum("sha256:a", null), true);
});
