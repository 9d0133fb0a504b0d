import { assert, assertEquals, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import { InterruptedError, type MemoryContext, MemoryStore } from "../../mod.ts";
import { count, counting, dataOf, Gate, Heard, irreversible, logOf, runnerOn } from "../fixtures/memory.ts";

const reason = new Error("the process is being stopped");

/** Migrates until a unit is at its gate, cancels, opens the gate, and gives the error. */
async function cancelAtGate(
  store: MemoryStore,
  gate: Gate,
  units: ReturnType<typeof counting>[],
): Promise<InterruptedError> {
  const controller = new AbortController();
  const running = runnerOn(store, units).migrate({ signal: controller.signal });
  const rejected = assertRejects(() => running, InterruptedError);
  await gate.reached;
  controller.abort(reason);
  gate.open();
  const error = await rejected;
  assertEquals(error.code, "INTERRUPTED");
  assertStrictEquals(error.cause, reason);
  assertStrictEquals(store.lease.owner, null);
  return error;
}

/** Uses the database, waits at a gate, and uses the database again. */
function workingAt(gate: Gate): (context: MemoryContext) => Promise<void> {
  return async ({ db }) => {
    count(db, "b");
    await gate.pass();
    count(db, "b");
  };
}

Deno.test("Runner.migrate() does nothing when it was cancelled before", async () => {
  const store = new MemoryStore();
  const runner = runnerOn(store, [counting("1", "a")]);
  const error = await assertRejects(() => runner.migrate({ signal: AbortSignal.abort(reason) }), InterruptedError);
  assertEquals(error.code, "INTERRUPTED");
  assertStrictEquals(error.cause, reason);
  assertEquals(error.report.executionId, null);
  assertEquals(error.report.pending.map(({ id }) => id), ["a"]);
  assertEquals([store.entries, store.lease.token, dataOf(store)], [[], 0, {}]);
});

Deno.test("Runner.migrate() stops waiting for the lock when it is cancelled", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const units = [counting("1", "a", { execution: () => gate.pass() })];
  const holder = runnerOn(store, units).migrate();
  await gate.reached;
  const heard = new Heard();
  const controller = new AbortController();
  const listener = (event: Heard["events"][number]) => {
    heard.listener(event);
    if (event.type === "lock.waiting") setTimeout(() => controller.abort(reason), 0);
  };
  // It would poll no sooner than in a minute.
  const waiter = runnerOn(store, units, { listener, lock: { pollMs: 60_000 } });
  const startedAt = performance.now();
  const run = () => waiter.migrate({ signal: controller.signal });
  const error = await assertRejects(run, InterruptedError, "waited for the lock");
  assertLess(performance.now() - startedAt, 10_000);
  assertEquals([error.report.executed.length, error.report.pending.length], [0, 1]);
  assertEquals(heard.of("lock.acquired"), []);
  gate.open();
  assertEquals((await holder).executed.length, 1);
  assertEquals(logOf(store), ["a EXECUTED"]);
});

Deno.test("Runner.migrate() rolls back a transactional unit that is cancelled, and keeps those before", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const units = [counting("1", "a"), counting("2", "b", { execution: workingAt(gate) }), counting("3", "c")];
  const { report } = await cancelAtGate(store, gate, units);
  assertEquals(report.executed.map(({ id }) => id), ["a"]);
  assertEquals(report.failed.map(({ id, state }) => [id, state]), [["b", "FAILED"]]);
  assertEquals(report.pending.map(({ id }) => id), ["c"]);
  assertEquals(logOf(store), ["a EXECUTED", "b FAILED"]);
  assertEquals(store.entries.at(-1)?.error?.code, "INTERRUPTED");
  assertEquals(dataOf(store), { a: 1 });
  assertEquals((await runnerOn(store, [counting("1", "a"), counting("2", "b")]).migrate()).executed.length, 1);
});

Deno.test("Runner.migrate() runs the rollback method of a non-transactional unit that is cancelled", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const unit = counting("2", "b", { transactional: false, execution: workingAt(gate) });
  const { report } = await cancelAtGate(store, gate, [counting("1", "a"), unit]);
  assertEquals(report.failed.map(({ id, state }) => [id, state]), [["b", "ROLLED_BACK"]]);
  assertEquals(logOf(store), ["a EXECUTED", "b STARTED", "b ROLLED_BACK"]);
  assertEquals(dataOf(store), { a: 1 });
});

Deno.test("Runner.migrate() gives the rollback of a cancelled unit a signal that has not aborted", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const aborted: boolean[] = [];
  const unit = counting("1", "b", {
    transactional: false,
    execution: workingAt(gate),
    rollbackExecution: ({ db, signal }) => {
      aborted.push(signal.aborted);
      db.delete("b");
    },
  });
  await cancelAtGate(store, gate, [unit]);
  assertEquals(aborted, [false]);
  assertEquals(logOf(store), ["b STARTED", "b ROLLED_BACK"]);
});

Deno.test("Runner.migrate() records that a cancelled irreversible unit could not be rolled back", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const unit = irreversible("1", "b", { transactional: false, execution: workingAt(gate) });
  const { report } = await cancelAtGate(store, gate, [unit]);
  assertEquals(report.failed.map(({ state }) => state), ["ROLLBACK_FAILED"]);
  assertEquals(dataOf(store), { b: 1 });
});

Deno.test("Runner.migrate() rolls back the before step of a unit that is cancelled", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const unit = counting("1", "b", {
    execution: workingAt(gate),
    beforeExecution: ({ db }) => db.set("before", true),
    rollbackBeforeExecution: ({ db }) => db.delete("before"),
  });
  await cancelAtGate(store, gate, [unit]);
  assertEquals(dataOf(store), {});
  assertEquals(logOf(store).slice(2), ["b FAILED", "before b STARTED", "before b ROLLED_BACK"]);
});

Deno.test("Runner.migrate() keeps a unit that has ended well although it was cancelled, and begins no other", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const last = async ({ db }: MemoryContext) => {
    count(db, "b");
    await gate.pass();
  };
  const { report } = await cancelAtGate(store, gate, [counting("2", "b", { execution: last }), counting("3", "c")]);
  assertEquals([report.executed.length, report.failed.length, report.pending.length], [1, 0, 1]);
  assertEquals(dataOf(store), { b: 1 });
  assertEquals(logOf(store), ["b EXECUTED"]);
});

Deno.test("Runner aborts the signal of a method that is cancelled, with InterruptedError as the reason", async () => {
  const store = new MemoryStore();
  const controller = new AbortController();
  const execution = async ({ signal }: MemoryContext) => {
    setTimeout(() => controller.abort(reason), 0);
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  };
  const running = runnerOn(store, [counting("1", "a", { execution })]).migrate({ signal: controller.signal });
  const error = await assertRejects(() => running, InterruptedError);
  assert(error.report.failed[0] !== undefined);
  assertEquals(error.report.failed[0].message, "The execution was cancelled");
});
