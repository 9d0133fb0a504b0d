import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { HistoryError } from "../../src/errors.ts";
import type { ChangeEntry, EntryDraft } from "../../src/history/change_entry.ts";
import { type ChangeHistory, EMPTY_HISTORY, extendHistory, identityOf } from "../../src/history/history.ts";
import { draft, historyOf, runDraft, sealLog } from "../fixtures/log.ts";

const users = { id: "create_users", author: "ann" };

/** What the history says of `create_users` by ann after these entries. */
async function usersAfter(...drafts: EntryDraft[]): Promise<ChangeHistory> {
  const known = (await historyOf(...drafts)).changes.get(identityOf(users));
  assert(known !== undefined);
  return known;
}

/** The error of a log whose entries were tampered with. */
async function errorOf(tamper: (log: ChangeEntry[]) => ChangeEntry[]): Promise<HistoryError> {
  const log = await sealLog([runDraft(), draft(), draft({ changeId: "add_index" }), draft({ changeId: "drop_index" })]);
  return assertThrows(() => extendHistory(EMPTY_HISTORY, tamper(log)), HistoryError);
}

/** A log with one entry changed. */
function withEntry(log: ChangeEntry[], seq: number, change: object): ChangeEntry[] {
  return log.map((entry) => entry.seq === seq ? { ...entry, ...change } : entry);
}

Deno.test("identityOf() keeps apart what a plain separator would not", () => {
  assert(identityOf({ id: "a b", author: "c" }) !== identityOf({ id: "a", author: "b c" }));
  assert(identityOf({ id: 'a","b', author: "c" }) !== identityOf({ id: "a", author: 'b","c' }));
});

Deno.test("extendHistory() gives the same history when there is nothing new", async () => {
  const history = await historyOf(draft());
  assertStrictEquals(extendHistory(history, []), history);
});

Deno.test("extendHistory() folds the log into the current state", async () => {
  const failed = draft({ state: "FAILED", executionMillis: null });
  const known = await usersAfter(
    runDraft(),
    failed,
    draft({ state: "EXECUTED", checksum: "sha256:new", order: "0005" }),
  );
  assertEquals({ ...known, last: known.last.seq }, {
    id: "create_users",
    author: "ann",
    order: "0005",
    file: "0001_create_users.ts",
    checksum: "sha256:new",
    runAlways: false,
    execution: "EXECUTED",
    before: null,
    stands: true,
    executedSince: 3,
    last: 3,
  });
});

Deno.test("extendHistory() keeps change units with the same id and other authors apart", async () => {
  const history = await historyOf(draft(), draft({ author: "bob", state: "FAILED" }), draft({ state: "ROLLED_BACK" }));
  assertEquals(history.byId.get("create_users"), [identityOf(users), identityOf({ ...users, author: "bob" })]);
  assertEquals([...history.changes.values()].map(({ author, execution }) => [author, execution]), [
    ["ann", "ROLLED_BACK"],
    ["bob", "FAILED"],
  ]);
});

Deno.test("extendHistory() keeps the states of a change and of its before step apart", async () => {
  const before = { type: "BEFORE_EXECUTION" } as const;
  const known = await usersAfter(
    draft({ ...before, state: "STARTED" }),
    draft({ ...before, state: "EXECUTED" }),
    draft({ state: "FAILED" }),
    draft({ ...before, state: "STARTED" }),
  );
  assertEquals([known.execution, known.before, known.last.seq], ["FAILED", "STARTED", 4]);
});

Deno.test("extendHistory() takes order, file and checksum from a before step only as long as nothing else is known", async () => {
  const other = {
    type: "BEFORE_EXECUTION",
    state: "STARTED",
    order: "9",
    file: "9_b.ts",
    checksum: "sha256:b",
  } as const;
  const alone = await usersAfter(draft(other));
  assertEquals([alone.order, alone.file, alone.checksum, alone.execution], ["9", "9_b.ts", "sha256:b", null]);
  const behind = await usersAfter(draft(), draft(other));
  assertEquals([behind.order, behind.file, behind.checksum], ["0001", "0001_create_users.ts", "sha256:users"]);
});

Deno.test("extendHistory() leaves the state as it is on an IGNORED entry", async () => {
  const known = await usersAfter(draft(), draft({ state: "IGNORED", checksum: "sha256:other" }));
  assertEquals([known.execution, known.checksum, known.last.seq], ["EXECUTED", "sha256:users", 1]);
  const alone = await usersAfter(draft({ state: "IGNORED" }));
  assertEquals([alone.execution, alone.before], [null, null]);
});

Deno.test("extendHistory() gives the same history in parts as in one go, wherever it is cut", async () => {
  const log = await sealLog([
    runDraft({ session: "one" }),
    draft({ state: "STARTED", type: "BEFORE_EXECUTION" }),
    draft({ state: "EXECUTED", type: "BEFORE_EXECUTION" }),
    draft({ state: "FAILED" }),
    runDraft({ session: "two" }),
    draft({ author: "bob" }),
    draft({ changeId: "add_index", state: "STARTED" }),
    draft(),
    runDraft({ session: "one" }),
    draft({ changeId: "add_index", state: "ROLLED_BACK" }),
  ]);
  const whole = extendHistory(EMPTY_HISTORY, log);
  assertEquals(whole.end, { seq: 10, digest: log.at(-1)?.digest ?? "" });
  for (let cut = 0; cut <= log.length; cut++) {
    assertEquals(extendHistory(extendHistory(EMPTY_HISTORY, log.slice(0, cut)), log.slice(cut)), whole);
  }
  assertEquals(log.reduce((history, entry) => extendHistory(history, [entry]), EMPTY_HISTORY), whole);
});

Deno.test("extendHistory() changes nothing of the history that it extends", async () => {
  const log = await sealLog([runDraft({ session: "one" }), draft(), draft({ state: "ROLLED_BACK" })]);
  const history = extendHistory(EMPTY_HISTORY, log.slice(0, 2));
  const copy = structuredClone(history);
  extendHistory(history, log.slice(2));
  assertEquals(history, copy);
});

const sessionCases: [what: string, given: (string | null)[], kept: string[]][] = [
  ["none where there are none", [null, null], []],
  ["those of several executions, oldest first", ["a", null, "b", "c"], ["a", "b", "c"]],
  ["one that comes again only once", ["a", "a", "a"], ["a"]],
  ["the newest eight", ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], ["c", "d", "e", "f", "g", "h", "i", "j"]],
  ["one that comes again at its newest place", ["a", "b", "c", "d", "e", "f", "g", "h", "a", "i"], [
    ..."cdefgh",
    "a",
    "i",
  ]],
];

for (const [what, given, kept] of sessionCases) {
  Deno.test(`extendHistory() keeps of the sessions ${what}`, async () => {
    assertEquals((await historyOf(...given.map((session) => runDraft({ session })))).sessions, kept);
  });
}

const tampered: [what: string, tamper: (log: ChangeEntry[]) => ChangeEntry[], message: string][] = [
  ["a missing first entry", (log) => log.slice(1), "has no entry 1 (entry 2 follows)"],
  ["a gap", (log) => log.filter(({ seq }) => seq !== 3), "has no entry 3 (entry 4 follows)"],
  ["an entry that comes twice", (log) => [...log.slice(0, 2), ...log.slice(1)], "has no entry 3 (entry 2 follows)"],
  ["entries out of order", (log) => log.toReversed(), "has no entry 1 (entry 4 follows)"],
  ["a broken link", (log) => withEntry(log, 3, { previous: "sha256:other" }), "Entry 3 of the history does not follow"],
  ["a first entry with a link", (log) => withEntry(log, 1, { previous: "sha256:other" }), "does not follow entry 0"],
  ["another digest", (log) => withEntry(log, 2, { digest: "sha256:other" }), "Entry 3 of the history does not follow"],
  ["an entry without change unit", (log) => withEntry(log, 2, { changeId: null }), "does not name its change unit"],
  ["an entry without author", (log) => withEntry(log, 2, { author: null }), "does not name its change unit"],
  ["an entry without order", (log) => withEntry(log, 2, { order: null }), "does not name its change unit"],
  ["an impossible step", (log) => withEntry(log, 2, { state: "ROLLBACK_FAILED" }), "from nothing to ROLLBACK_FAILED"],
];

for (const [what, tamper, message] of tampered) {
  Deno.test(`extendHistory() finds ${what}`, async () => {
    const error = await errorOf(tamper);
    assertEquals(error.code, "HISTORY_BROKEN");
    assertStringIncludes(error.message, message);
  });
}

for (const [field, value] of [["format", 2], ["type", "SNAPSHOT"], ["state", "PAUSED"]] as const) {
  Deno.test(`extendHistory() says of an unknown ${field} that a newer version wrote it`, async () => {
    const error = await errorOf((log) => withEntry(log, 2, { [field]: value }));
    assertEquals(error.code, "HISTORY_NEWER");
    assertStringIncludes(error.message, `Entry 2 of the history has ${field} ${value}`);
    assertStringIncludes(error.message, "newer version");
  });
}
