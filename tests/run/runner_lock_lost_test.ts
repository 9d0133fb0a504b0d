import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LockLostError, type MemoryContext, MemoryDriver, MemoryStore } from "../../mod.ts";
import { count, counting, dataOf, Gate, Heard, logOf, runnerOn } from "../fixtures/memory.ts";

/** A driver whose renewals nobody answers. */
class UnansweredDriver extends MemoryDriver {
  override renewLease(): Promise<never> {
    return Promise.reject(new Error("no answer"));
  }
}

for (const fails of [false, true]) {
  Deno.test(`Runner.migrate() cannot record ${fails ? "the failure" : "the end"} of a transactional unit after its lease was stolen unnoticed`, async () => {
    const store = new MemoryStore();
    const gate = new Gate();
    const execution = async ({ db }: MemoryContext) => {
      await gate.pass();
      count(db, "a");
      if (fails) throw new Error("too late");
    };
    const slow = [counting("0", "first"), counting("1", "a", { execution }), counting("2", "b")];
    const rejected = assertRejects(() => runnerOn(store, slow).migrate(), LockLostError);
    await gate.reached;
    store.lease = { ...store.lease, expiresAt: 0 };
    const thief = await runnerOn(store, [counting("0", "first"), counting("1", "a"), counting("2", "b")]).migrate();
    assertEquals(thief.executed.map(({ id }) => id), ["a", "b"]);
    const before = structuredClone(store.entries);
    gate.open();
    const error = await rejected;
    assertEquals(error.code, "LOCK_LOST");
    assertStringIncludes(error.message, "a newer execution has begun");
    assertEquals(error.report.executed.map(({ id }) => id), ["first"]);
    assertEquals(error.report.failed.length + error.report.pending.length, 2);
    assertEquals(store.entries, before);
    assertEquals(dataOf(store), { first: 1, a: 1, b: 1 });
  });
}

for (const transactional of [true, false]) {
  const kind = transactional ? "transactional" : "non-transactional";
  Deno.test(`Runner.migrate() stops a ${kind} unit when it notices that its lease was stolen`, async () => {
    const store = new MemoryStore();
    const heard = new Heard();
    const late: unknown[] = [];
    const execution = async ({ db, signal }: MemoryContext) => {
      const token = store.lease.token + 1;
      store.lease = { owner: "thief", hostname: "host-2", token, leaseMs: 50, expiresAt: Date.now() + 50 };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      late.push(signal.reason);
      count(db, "a");
    };
    const units = [counting("1", "a", { transactional, execution }), counting("2", "b")];
    const runner = runnerOn(store, units, { listener: heard.listener, lock: { leaseMs: 300 } });
    const error = await assertRejects(() => runner.migrate(), LockLostError);
    assertEquals([heard.of("lock.lost").length, late], [1, [error]]);
    assertStringIncludes(error.message, "execution thief on host-2 has it");
    assertEquals(dataOf(store), {});
    assertEquals(store.lease.owner, "thief");
    const second = runnerOn(store, [counting("1", "a", { transactional }), counting("2", "b")], {
      lock: { leaseMs: 100 },
    });
    assertEquals((await second.migrate()).executed.length, 2);
    assertEquals(dataOf(store), { a: 1, b: 1 });
  });
}

/** A unit that works on for longer than the lease of an execution whose renewals nobody answers. */
async function outliveLease(store: MemoryStore, said: Parameters<typeof counting>[2]) {
  const execution = async ({ db }: MemoryContext) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    count(db, "a");
  };
  const driver = new UnansweredDriver({ store });
  return await runnerOn(store, [counting("1", "a", { ...said, execution })], { driver, lock: { leaseMs: 100 } })
    .migrate();
}

Deno.test("Runner.migrate() keeps a non-transactional unit from the database once its lease may have lapsed", async () => {
  const store = new MemoryStore();
  const said = {
    transactional: false,
    beforeExecution: () => store.data = new Map([["before", 1]]),
    rollbackBeforeExecution: () => store.data = new Map(),
  };
  const error = await assertRejects(() => outliveLease(store, said), LockLostError, "could not be renewed in time");
  assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["a", "STARTED"]]);
  assertEquals(dataOf(store), { before: 1 });
  assertEquals(logOf(store), ["before a STARTED", "before a EXECUTED", "a STARTED"]);
});

Deno.test("Runner.migrate() lets a transactional unit commit though its lease has lapsed: the history decides", async () => {
  const store = new MemoryStore();
  assertEquals((await outliveLease(store, {})).executed.map(({ id }) => id), ["a"]);
  assertEquals([logOf(store), dataOf(store)], [["a EXECUTED"], { a: 1 }]);
});

Deno.test("Runner.migrate() says that its lock was released by somebody else, where nobody has it", async () => {
  const store = new MemoryStore();
  const execution = async ({ signal }: MemoryContext) => {
    await runnerOn(store, []).releaseLock({ force: true });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    signal.throwIfAborted();
  };
  const runner = runnerOn(store, [counting("1", "a", { execution })], { lock: { leaseMs: 60 } });
  await assertRejects(() => runner.migrate(), LockLostError, "has lost the lock: it was released by somebody else");
  assertEquals(dataOf(store), {});
});
