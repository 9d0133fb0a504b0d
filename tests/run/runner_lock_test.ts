import { assert, assertEquals, assertGreaterOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { LockNotObtainedError, type MemoryContext, MemoryStore, type StoredLease } from "../../mod.ts";
import { count, counting, dataOf, Gate, Heard, irreversible, logOf, runnerOn } from "../fixtures/memory.ts";

/** A lease of an execution that nobody here has. */
function leaseOf(owner: string, said: Partial<StoredLease> = {}): StoredLease {
  return { owner, hostname: "host-2", token: 7, leaseMs: 30_000, expiresAt: Date.now() + 30_000, ...said };
}

/** Twenty units, half of them without a transaction. */
const twenty = Array.from({ length: 20 }, (_, index) => {
  return counting(`${index + 1}`, `u${index + 1}`, { transactional: index % 2 === 0 });
});

/** A unit that waits at a gate and then counts, and the same one for somebody who need not wait. */
function gated(gate: Gate, transactional: boolean) {
  const execution = async ({ db }: MemoryContext) => {
    await gate.pass();
    count(db, "a");
  };
  return { slow: counting("1", "a", { transactional, execution }), quick: counting("1", "a", { transactional }) };
}

Deno.test("Runner.migrate() by ten at once on one store applies each unit once", async () => {
  const store = new MemoryStore();
  const reports = await Promise.all(Array.from({ length: 10 }, () => runnerOn(store, twenty).migrate()));
  assertEquals(dataOf(store), Object.fromEntries(twenty.map(({ id }) => [id, 1])));
  assertEquals(reports.map(({ executed }) => executed.length).toSorted((a, b) => b - a), [20, ...Array(9).fill(0)]);
  assertEquals(reports.filter(({ executionId }) => executionId !== null).length, 1);
  assertEquals(store.entries.filter(({ type }) => type === "RUN").length, 1);
  assertEquals(logOf(store).filter((line) => line.endsWith(" EXECUTED")), twenty.map(({ id }) => `${id} EXECUTED`));
  assertEquals(store.lease.owner, null);
});

Deno.test("Runner.migrate() waits, and leaves without writing when somebody else has done it all", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const { slow, quick } = gated(gate, true);
  const heard = new Heard();
  const holder = runnerOn(store, [slow], { hostname: "host-9" }).migrate();
  await gate.reached;
  const waiter = runnerOn(store, [quick], { listener: heard.listener }).migrate();
  while (heard.of("lock.waiting").length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  gate.open();
  const { executionId } = await holder;
  const report = await waiter;
  assertEquals([report.executionId, report.executed, report.pending], [null, [], []]);
  assertEquals(new Set(store.entries.map((entry) => entry.executionId)), new Set([executionId ?? ""]));
  const [waiting] = heard.of("lock.waiting");
  assertEquals([waiting?.owner, waiting?.hostname], [executionId, "host-9"]);
  assert(waiting !== undefined && waiting.remainingMs > 0 && waiting.remainingMs <= 30_000);
});

Deno.test("Runner.migrate() leaves as soon as there is nothing left to do, although the lock is held", async () => {
  const store = new MemoryStore();
  const [first, second] = [new Gate(), new Gate()];
  const holder = runnerOn(store, [
    counting("1", "a", { execution: () => first.pass() }),
    counting("2", "b", { execution: () => second.pass() }),
  ]).migrate();
  await first.reached;
  const waiter = runnerOn(store, [counting("1", "a")]).migrate();
  first.open();
  await second.reached;
  assertEquals((await waiter).executed, []);
  assertEquals(logOf(store), ["a EXECUTED"]);
  second.open();
  assertEquals((await holder).executed.length, 2);
});

for (const [what, make] of [["with a rollback", counting], ["without a rollback", irreversible]] as const) {
  Deno.test(`Runner.migrate() waits for somebody in the middle of a non-transactional unit ${what}`, async () => {
    const store = new MemoryStore();
    const gate = new Gate();
    const execution = async ({ db }: MemoryContext) => {
      count(db, "a");
      await gate.pass();
    };
    const holder = runnerOn(store, [make("1", "a", { transactional: false, execution })]).migrate();
    await gate.reached;
    const waiter = runnerOn(store, [make("1", "a", { transactional: false })]).migrate().catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    gate.open();
    assertEquals((await holder).executed.length, 1);
    const report = await waiter;
    assert(!(report instanceof Error), String(report));
    assertEquals([report.executionId, report.executed], [null, []]);
    assertEquals(store.entries.map(({ type, state }) => `${type} ${state}`), [
      "RUN STARTED",
      "EXECUTION STARTED",
      "EXECUTION EXECUTED",
    ]);
    assertEquals(dataOf(store), { a: 1 });
  });
}

Deno.test("Runner.migrate() gives up when a living execution holds the lock for longer than it wants to wait", async () => {
  const store = new MemoryStore();
  const leaseMs = 200;
  store.lease = leaseOf("living", { leaseMs });
  // The lease is much shorter than the wait, and only the renewals keep it.
  const renewing = setInterval(() => store.lease = leaseOf("living", { leaseMs, expiresAt: Date.now() + leaseMs }), 5);
  try {
    const runner = runnerOn(store, [counting("1", "a")], { lock: { waitMs: 600 } });
    const startedAt = performance.now();
    const error = await assertRejects(() => runner.migrate(), LockNotObtainedError);
    assertGreaterOrEqual(performance.now() - startedAt, 600);
    assertEquals(error.code, "LOCK_NOT_OBTAINED");
    for (const part of ["living", "host-2", "600 ms"]) assertStringIncludes(error.message, part);
    assertEquals([error.report.executionId, error.report.pending.map(({ id }) => id)], [null, ["a"]]);
    assertEquals([store.entries, store.lease.owner], [[], "living"]);
  } finally {
    clearInterval(renewing);
  }
});

Deno.test("Runner.migrate() takes over a lease that has expired, and counts its token on", async () => {
  const store = new MemoryStore();
  store.lease = leaseOf("dead", { expiresAt: Date.now() - 1 });
  const heard = new Heard();
  await runnerOn(store, [counting("1", "a")], { listener: heard.listener }).migrate();
  assertEquals(heard.of("lock.acquired"), [{ type: "lock.acquired", takenOver: true }]);
  assertEquals(heard.of("lock.waiting"), []);
  assertEquals([store.lease.token, store.lease.owner], [8, null]);
});

Deno.test("Runner.migrate() takes over a lease that nobody renews although it does not expire", async () => {
  const store = new MemoryStore();
  // As if the clock of the database had been set back by an hour.
  store.lease = leaseOf("dead", { leaseMs: 100, expiresAt: Date.now() + 3_600_000 });
  const heard = new Heard();
  const startedAt = performance.now();
  await runnerOn(store, [counting("1", "a")], { listener: heard.listener }).migrate();
  assertGreaterOrEqual(performance.now() - startedAt, 100);
  assertEquals(heard.of("lock.acquired"), [{ type: "lock.acquired", takenOver: true }]);
  assertEquals(logOf(store), ["a EXECUTED"]);
});

Deno.test("Runner.migrate() takes over a lease that was renewed for a time and then no more", async () => {
  const store = new MemoryStore();
  const leaseMs = 200;
  const expiresAt = Date.now() + 3_600_000;
  let renewals = 0;
  const renew = () => store.lease = leaseOf("dying", { leaseMs, expiresAt: expiresAt + renewals++ });
  renew();
  const renewing = setInterval(() => renewals < 10 ? renew() : clearInterval(renewing), 50);
  const startedAt = performance.now();
  await runnerOn(store, [counting("1", "a")]).migrate();
  assertGreaterOrEqual(performance.now() - startedAt, 450 + leaseMs);
  assertEquals([renewals, logOf(store)], [10, ["a EXECUTED"]]);
});

Deno.test("Runner.migrate() is not told of a take-over when the lease was released", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [counting("1", "a")]).migrate();
  const heard = new Heard();
  await runnerOn(store, [counting("1", "a"), counting("2", "b")], { listener: heard.listener }).migrate();
  assertEquals(heard.of("lock.acquired"), [{ type: "lock.acquired", takenOver: false }]);
  assertEquals(store.lease.token, 2);
});

Deno.test("Runner.migrate() renews its lease while a unit takes longer than that", async () => {
  const store = new MemoryStore();
  const gate = new Gate();
  const { slow, quick } = gated(gate, false);
  const holder = runnerOn(store, [slow], { lock: { leaseMs: 500 } }).migrate();
  await gate.reached;
  setTimeout(() => gate.open(), 1_100);
  const report = await runnerOn(store, [quick]).migrate();
  assertEquals([(await holder).executed.length, report.executed.length], [1, 0]);
  assertEquals(logOf(store), ["a STARTED", "a EXECUTED"]);
});
