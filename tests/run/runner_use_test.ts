import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ChangeFailedError,
  type MemoryContext,
  type MemoryDatabase,
  MemoryDriver,
  MemoryStore,
  MigrationError,
  type RunnerEvent,
} from "../../mod.ts";
import { count, counting, dataOf, Gate, Heard, irreversible, logOf, runnerOn } from "../fixtures/memory.ts";

for (const transactional of [true, false]) {
  const kind = transactional ? "transactional" : "non-transactional";

  Deno.test(`A ${kind} method cannot use the database after it has ended`, async () => {
    const store = new MemoryStore();
    let kept: MemoryDatabase | undefined;
    const execution = ({ db }: MemoryContext) => {
      kept = db;
      db.set("a", 1);
    };
    await runnerOn(store, [counting("1", "a", { transactional, execution })]).migrate();
    assert(kept !== undefined);
    const db = kept;
    for (const use of [() => db.get("a"), () => db.keys(), () => db.set("a", 2), () => db.delete("a")]) {
      const error = assertThrows(
        use,
        MigrationError,
        'The change unit "a" uses the database after its method has ended',
      );
      assertEquals(error.code, "CONTEXT_ENDED");
    }
    assertEquals(dataOf(store), { a: 1 });
  });

  Deno.test(`A ${kind} method that failed cannot use the database from its rollback on`, async () => {
    const store = new MemoryStore();
    const kept: MemoryDatabase[] = [];
    const execution = ({ db }: MemoryContext) => {
      kept.push(db);
      throw new Error("no");
    };
    const rollbackExecution = () => kept[0]?.set("late", true);
    const unit = counting("1", "a", { transactional, execution, rollbackExecution });
    await assertRejects(() => runnerOn(store, [unit]).migrate(), ChangeFailedError);
    assertEquals(logOf(store), transactional ? ["a FAILED"] : ["a STARTED", "a ROLLBACK_FAILED"]);
    assertEquals(assertThrows(() => kept[0]?.keys(), MigrationError).code, "CONTEXT_ENDED");
    assertEquals(dataOf(store), {});
  });
}

Deno.test("Runner.migrate() repeats a unit after a write conflict with a fresh context", async () => {
  const store = new MemoryStore();
  const kept: MemoryContext[] = [];
  const execution = (context: MemoryContext) => {
    kept.push(context);
    count(context.db, "a");
    // What another transaction does when it commits in between.
    if (context.attempt < 3) store.data = new Map([...store.data, [`other${context.attempt}`, true]]);
  };
  const heard = new Heard();
  const { executed } = await runnerOn(store, [counting("1", "a", { execution })], { listener: heard.listener })
    .migrate();
  assertEquals(executed.map(({ id, attempts }) => [id, attempts]), [["a", 3]]);
  assertEquals(kept.map(({ attempt }) => attempt), [1, 2, 3]);
  assertEquals(dataOf(store), { a: 1, other1: true, other2: true });
  assertEquals(logOf(store), ["a EXECUTED"]);
  assertEquals(store.entries.at(-1)?.attempts, 3);
  assertEquals(heard.of("change.retrying").map(({ attempt }) => attempt), [2, 3]);
  for (const { db } of kept) assertEquals(assertThrows(() => db.keys(), MigrationError).code, "CONTEXT_ENDED");
});

Deno.test("Runner.migrate() gives up after write conflicts when the time is up", async () => {
  const store = new MemoryStore();
  let rival = 0;
  const execution = ({ db }: MemoryContext) => {
    count(db, "a");
    store.data = new Map([["rival", ++rival]]);
  };
  const runner = runnerOn(store, [counting("1", "a", { execution })], { retryMs: 50 });
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(error.report.failed.map(({ state }) => state), ["FAILED"]);
  assert(rival > 1);
  assertEquals([store.entries.at(-1)?.state, store.entries.at(-1)?.attempts], ["FAILED", rival]);
});

Deno.test("Runner.migrate() refuses a driver that carries another execution, and lets that go on", async () => {
  const store = new MemoryStore();
  const driver = new MemoryDriver({ store });
  const gate = new Gate();
  const units = [counting("1", "a", { execution: () => gate.pass() })];
  const running = runnerOn(store, units, { driver }).migrate();
  await gate.reached;
  const error = await assertRejects(() => runnerOn(store, units, { driver }).migrate(), MigrationError);
  assertEquals(error.code, "DRIVER_BUSY");
  gate.open();
  assertEquals((await running).executed.length, 1);
  assertEquals((await runnerOn(store, units, { driver }).migrate()).executed.length, 0);
});

Deno.test("Runner.migrate() frees the driver after a failure", async () => {
  const store = new MemoryStore();
  const driver = new MemoryDriver({ store });
  const broken = counting("1", "a", { execution: () => Promise.reject(new Error("no")) });
  for (const _ of [1, 2]) {
    await assertRejects(() => runnerOn(store, [broken], { driver }).migrate(), ChangeFailedError);
  }
});

Deno.test("Runner.migrate() is not broken by a listener that throws, whatever the event", async () => {
  const store = new MemoryStore();
  const heard: string[] = [];
  const listener = ({ type }: RunnerEvent) => {
    heard.push(type);
    throw new Error("the listener is broken");
  };
  const units = [
    counting("1", "a", { execution: ({ db, log }) => (log("line"), count(db, "a")) }),
    irreversible("2", "b", { failFast: false, execution: () => Promise.reject(new Error("no")) }),
    counting("3", "c"),
  ];
  const report = await runnerOn(store, units, { listener }).migrate();
  assertEquals([report.executed.length, report.failed.length], [2, 1]);
  assertEquals(dataOf(store), { a: 1, c: 1 });
  assertEquals(
    new Set(heard),
    new Set([
      "lock.acquired",
      "execution.started",
      "change.started",
      "change.log",
      "change.executed",
      "change.failed",
      "execution.ended",
      "lock.released",
    ]),
  );
});

Deno.test("Runner.migrate() is not broken by a listener that rejects", async () => {
  const unhandled: unknown[] = [];
  const keep = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", keep);
  try {
    const listener = () => Promise.reject(new Error("the listener is broken"));
    await runnerOn(new MemoryStore(), [counting("1", "a")], { listener }).migrate();
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    globalThis.removeEventListener("unhandledrejection", keep);
  }
  assertEquals(unhandled, []);
});

Deno.test("ExecutionReport adds up: what was to run is executed, failed or pending, and the events say the same", async () => {
  const fails = { execution: () => Promise.reject(new Error("no")) };
  for (const failing of [[], [1], [3], [1, 3], [1, 2, 3, 4, 5], [5]]) {
    for (const failFast of [true, false]) {
      const store = new MemoryStore();
      const heard = new Heard();
      const units = [1, 2, 3, 4, 5].map((order) => {
        return counting(`${order}`, `u${order}`, { failFast, ...(failing.includes(order) ? fails : {}) });
      });
      const runner = runnerOn(store, units, { listener: heard.listener });
      const { steps } = await runner.plan();
      const { executed, failed, pending } = await runner.migrate().catch((error: unknown) => {
        assert(error instanceof ChangeFailedError);
        return error.report;
      });
      const all = [...executed, ...failed, ...pending].map(({ id }) => id);
      assertEquals(all.toSorted(), steps.map(({ unit }) => unit.id));
      assertEquals(heard.of("change.executed").map(({ change }) => change), [...executed]);
      assertEquals(heard.of("change.failed").map(({ change }) => change), [...failed]);
      assertEquals(heard.of("change.started").length, executed.length + failed.length);
      assertEquals(logOf(store).filter((line) => line.endsWith("EXECUTED")).length, executed.length);
      assertStrictEquals(failFast && failing.length > 0, pending.length > 0 || (failFast && failing[0] === 5));
    }
  }
});

Deno.test("ExecutionReport of an undo in one transaction has everything that was undone, also when a before step is stuck", async () => {
  const store = new MemoryStore();
  const stuck = counting("2", "b", {
    beforeExecution: () => {},
    rollbackBeforeExecution: () => Promise.reject(new Error("no")),
  });
  const runner = runnerOn(store, [counting("1", "a"), stuck], { transactionStrategy: "run" });
  await runner.migrate();
  const { report } = await assertRejects(() => runner.undo({ all: true }), ChangeFailedError);
  assertEquals(logOf(store).filter((line) => line === "a ROLLED_BACK").length, 1);
  assertEquals(report.executed.map(({ id }) => id), ["a"]);
  assertEquals([report.failed.map(({ id, state }) => [id, state]), report.pending], [[["b", "ROLLBACK_FAILED"]], []]);
});
