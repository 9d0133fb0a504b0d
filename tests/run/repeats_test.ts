import { assertEquals, assertRejects } from "@std/assert";
import { type ChangeEntry, ChangeFailedError, CommitUnknownError, MemoryDriver, MemoryStore } from "../../mod.ts";
import { counting, runnerOn } from "../fixtures/memory.ts";

const always = (said: Parameters<typeof counting>[2] = {}) => counting("1", "a", { runAlways: true, ...said });
const quiet = { recordRepeats: false } as const;

Deno.test("A runAlways change unit adds two entries at each start, as far as nothing else is said", async () => {
  const store = new MemoryStore();
  for (let start = 1; start <= 5; start++) await runnerOn(store, [always()]).migrate();
  assertEquals([store.entries.length, store.data.get("a")], [10, 5]);
});

Deno.test("recordRepeats: false leaves no trace of starts that only repeat", async () => {
  const store = new MemoryStore();
  for (let start = 1; start <= 5; start++) {
    const report = await runnerOn(store, [always()], quiet).migrate();
    assertEquals(report.executed.map(({ id }) => id), ["a"]);
  }
  assertEquals([store.entries.map(({ state }) => state), store.data.get("a")], [["STARTED", "EXECUTED"], 5]);
});

Deno.test("recordRepeats: false records a change of outcome, in both directions", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [always()], quiet).migrate();
  const failing = always({ execution: () => Promise.reject(new Error("no")) });
  await assertRejects(() => runnerOn(store, [failing], quiet).migrate(), ChangeFailedError, "no");
  await runnerOn(store, [always()], quiet).migrate();
  await runnerOn(store, [always()], quiet).migrate();
  assertEquals(store.entries.map(({ type, state }) => `${type} ${state}`), [
    "RUN STARTED",
    "EXECUTION EXECUTED",
    "EXECUTION FAILED",
    "RUN STARTED",
    "EXECUTION EXECUTED",
  ]);
  assertEquals(store.data.get("a"), 3);
});

Deno.test("recordRepeats: false records everything else as always, beside what only repeats", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [always()], quiet).migrate();
  await runnerOn(store, [always(), counting("2", "b")], quiet).migrate();
  assertEquals(store.entries.slice(2).map(({ changeId, state }) => `${changeId} ${state}`), [
    "null STARTED",
    "b EXECUTED",
  ]);
});

Deno.test("recordRepeats: false always records a change unit without a transaction", async () => {
  const store = new MemoryStore();
  for (let start = 1; start <= 2; start++) await runnerOn(store, [always({ transactional: false })], quiet).migrate();
  assertEquals(store.entries.map(({ type, state }) => `${type} ${state}`), [
    "RUN STARTED",
    "EXECUTION STARTED",
    "EXECUTION EXECUTED",
    "RUN STARTED",
    "EXECUTION STARTED",
    "EXECUTION EXECUTED",
  ]);
});

Deno.test("recordRepeats: false does not let an older execution commit behind a newer one", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [always()], quiet).migrate();
  const overtaken = always({
    execution: async ({ db }) => {
      store.lease = { ...store.lease, owner: null };
      await runnerOn(store, [always(), counting("2", "b")]).migrate();
      db.set("a", 99);
    },
  });
  await assertRejects(() => runnerOn(store, [overtaken], quiet).migrate(), Error, "lost the lock");
  assertEquals([store.data.get("a"), store.data.get("b")], [2, 1]);
});

Deno.test("Ten starts at once of a runAlways change unit with recordRepeats: false run it ten times", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [always()], quiet).migrate();
  await Promise.all(Array.from({ length: 10 }, () => runnerOn(store, [always()], quiet).migrate()));
  assertEquals([store.data.get("a"), store.entries.length], [11, 2]);
});

Deno.test("recordRepeats: false records a repeat that turns out to be more than that at its last look", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [always()], quiet).migrate();
  let looks = 0;
  const driver = new class extends MemoryDriver {
    override async readHistory(options: { readonly after?: number } = {}): Promise<readonly ChangeEntry[]> {
      // The first look is for the plan, the second under the lock, which somebody has overlooked.
      if (++looks === 2) {
        const { lease } = store;
        store.lease = { ...lease, owner: null };
        await runnerOn(store, [always()]).undo({ count: 1 });
        store.lease = lease;
      }
      return await super.readHistory(options);
    }
  }({ store });
  const { executed } = await runnerOn(store, [always()], { ...quiet, driver }).migrate();
  assertEquals(executed.map(({ id }) => id), ["a"]);
  assertEquals(store.entries.slice(2).map(({ type, state }) => `${type} ${state}`), [
    "RUN STARTED",
    "EXECUTION ROLLED_BACK",
    "RUN STARTED",
    "EXECUTION EXECUTED",
  ]);
});

Deno.test("recordRepeats: false reports a commit in doubt, which nobody can look up, and repeats at the next start", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [always()], quiet).migrate();
  const driver = new class extends MemoryDriver {
    override async transaction<Result>(...given: Parameters<MemoryDriver["transaction"]>): Promise<Result> {
      await super.transaction(...given);
      throw new CommitUnknownError("nobody knows");
    }
  }({ store });
  const runner = runnerOn(store, [always()], { ...quiet, driver });
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError, "nobody knows");
  assertEquals(error.report.failed.map(({ state }) => state), ["EXECUTED"]);
  await runnerOn(store, [always()], quiet).migrate();
  assertEquals([store.data.get("a"), store.entries.length], [3, 2]);
});
