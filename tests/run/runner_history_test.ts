import { assert, assertEquals, assertGreaterOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { type ChangeEntry, ChangeFailedError, HistoryError, MemoryStore, PlanError } from "../../mod.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import { count, counting, dataOf, Heard, irreversible, logOf, runnerOn, storeWith } from "../fixtures/memory.ts";
import { draft, runDraft } from "../fixtures/log.ts";

const units = [counting("1", "a"), counting("2", "b"), counting("3", "c")];
const executed = units.slice(0, 2);

/** An entry of a unit from memory, as an execution before has left it. */
function entryOf(id: string, said: Partial<EntryDraft>): EntryDraft {
  return draft({ changeId: id, author: "default-author", order: "1", file: null, checksum: null, ...said });
}

/** A store with two executed units whose history was changed by hand. */
async function tampered(change: (entries: ChangeEntry[]) => void): Promise<MemoryStore> {
  const store = new MemoryStore();
  await runnerOn(store, executed).migrate();
  change(store.entries);
  return store;
}

/** Changes a field of the entry at a position. */
function edit(seq: number, said: object): (entries: ChangeEntry[]) => void {
  return (entries) => {
    const entry = entries[seq - 1];
    assert(entry !== undefined);
    entries[seq - 1] = { ...entry, ...said };
  };
}

const cases: [
  what: string,
  change: (entries: ChangeEntry[]) => void,
  code: "HISTORY_BROKEN" | "HISTORY_NEWER",
  part: string,
][] = [
  ["an edited field", edit(3, { executionMillis: 99_999 }), "HISTORY_BROKEN", "Entry 3"],
  ["an edited state", edit(2, { state: "FAILED" }), "HISTORY_BROKEN", "Entry 2 of the history (a by default-author"],
  ["an edited RUN entry", edit(1, { executionHostname: "elsewhere" }), "HISTORY_BROKEN", "Entry 1"],
  ["a deleted entry", (entries) => void entries.splice(1, 1), "HISTORY_BROKEN", "has no entry 2"],
  ["a deleted beginning", (entries) => void entries.splice(0, 2), "HISTORY_BROKEN", "has no entry 1"],
  ["a newer format", edit(3, { format: 2 }), "HISTORY_NEWER", "format 2"],
  ["a state that it does not know", edit(3, { state: "PAUSED" }), "HISTORY_NEWER", "state PAUSED"],
  ["a type that it does not know", edit(1, { type: "SNAPSHOT" }), "HISTORY_NEWER", "type SNAPSHOT"],
];

for (const [what, change, code, part] of cases) {
  Deno.test(`Runner.migrate() runs nothing on a history with ${what}`, async () => {
    const store = await tampered(change);
    const before = structuredClone({ entries: store.entries, data: store.data, lease: store.lease });
    for (const run of [() => runnerOn(store, units).migrate(), () => runnerOn(store, units).plan()]) {
      const error = await assertRejects(run, HistoryError);
      assertEquals(error.code, code);
      assertStringIncludes(error.message, part);
    }
    assertEquals({ entries: store.entries, data: store.data, lease: store.lease }, before);
  });
}

Deno.test("Runner.migrate() notices a deleted entry also with nothing to do", async () => {
  const store = await tampered((entries) => void entries.splice(1, 1));
  const error = await assertRejects(() => runnerOn(store, executed).migrate(), HistoryError);
  assertEquals(error.code, "HISTORY_BROKEN");
});

Deno.test("Runner.migrate() rolls back an interrupted unit and runs it again, one lease after its own beginning", async () => {
  const store = await storeWith(runDraft(), entryOf("a", { state: "STARTED" }));
  store.data = new Map([["a", 1]]);
  const calls: string[] = [];
  const unit = counting("1", "a", {
    transactional: false,
    execution: ({ db }) => {
      calls.push("execution");
      count(db, "a");
    },
    rollbackExecution: ({ db }) => {
      calls.push(`rollback after ${performance.now() - startedAt >= 200 ? "a lease" : "too short a time"}`);
      db.delete("a");
    },
  });
  const heard = new Heard();
  const runner = runnerOn(store, [unit, counting("2", "b")], { listener: heard.listener, lock: { leaseMs: 200 } });
  const startedAt = performance.now();
  const report = await runner.migrate();
  assertGreaterOrEqual(performance.now() - startedAt, 200);
  assertEquals(calls, ["rollback after a lease", "execution"]);
  assertEquals(report.executed.map(({ id }) => id), ["a", "b"]);
  assertEquals(logOf(store), ["a STARTED", "a ROLLED_BACK", "a STARTED", "a EXECUTED", "b EXECUTED"]);
  assertEquals(store.entries[3]?.error?.message, "It was interrupted in an earlier execution");
  assertEquals(heard.of("change.recovering").map(({ change }) => change.id), ["a"]);
  assertEquals(dataOf(store), { a: 1, b: 1 });
});

Deno.test("Runner.migrate() rolls back an interrupted before step and runs it again", async () => {
  const before = { type: "BEFORE_EXECUTION" } as const;
  const store = await storeWith(runDraft(), entryOf("a", { ...before, state: "STARTED" }));
  store.data = new Map([["before", 1]]);
  const unit = counting("1", "a", {
    beforeExecution: ({ db }) => count(db, "before"),
    rollbackBeforeExecution: ({ db }) => db.delete("before"),
  });
  await runnerOn(store, [unit], { lock: { leaseMs: 30 } }).migrate();
  assertEquals(logOf(store).slice(1), ["before a ROLLED_BACK", "before a STARTED", "before a EXECUTED", "a EXECUTED"]);
  assertEquals(dataOf(store), { before: 1, a: 1 });
});

Deno.test("Runner.migrate() does not repeat a before step that has ended", async () => {
  const before = { type: "BEFORE_EXECUTION" } as const;
  const store = await storeWith(
    runDraft(),
    entryOf("a", { ...before, state: "STARTED" }),
    entryOf("a", { ...before, state: "EXECUTED" }),
  );
  const unit = counting("1", "a", {
    beforeExecution: () => Promise.reject(new Error("it has run already")),
    rollbackBeforeExecution: () => {},
  });
  await runnerOn(store, [unit]).migrate();
  assertEquals(logOf(store).slice(2), ["a EXECUTED"]);
});

Deno.test("Runner.migrate() stops when the rollback of an interrupted unit fails", async () => {
  const store = await storeWith(runDraft(), entryOf("a", { state: "STARTED" }));
  const unit = counting("1", "a", {
    transactional: false,
    rollbackExecution: () => Promise.reject(new Error("broken rollback")),
  });
  await assertRejects(() => runnerOn(store, [unit], { lock: { leaseMs: 30 } }).migrate(), ChangeFailedError);
  assertEquals(logOf(store), ["a STARTED", "a ROLLBACK_FAILED"]);
  assertStringIncludes(store.entries.at(-1)?.error?.message ?? "", "broken rollback");
  assertEquals(dataOf(store), {});
});

Deno.test("Runner.migrate() leaves an interrupted unit without rollback to a person", async () => {
  const store = await storeWith(runDraft(), entryOf("a", { state: "STARTED" }));
  const runner = runnerOn(store, [irreversible("1", "a", { transactional: false }), counting("2", "b")]);
  const error = await assertRejects(() => runner.migrate(), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["CHANGE_INTERRUPTED"]);
  assertEquals([logOf(store), dataOf(store)], [["a STARTED"], {}]);
});

Deno.test("Runner.migrate() runs nothing while the plan has a problem, and names all of them", async () => {
  const store = new MemoryStore();
  const wrong = [counting("1", "a"), counting("1", "b"), counting("3", "c"), counting("4", "c")];
  const error = await assertRejects(() => runnerOn(store, wrong).migrate(), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["DUPLICATE_ORDER", "DUPLICATE_IDENTITY"]);
  assertEquals([store.entries, store.lease.token, dataOf(store)], [[], 0, {}]);
});
