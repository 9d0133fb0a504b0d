import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ChangeFailedError,
  type ErrorClass,
  LockLostError,
  type MemoryContext,
  MemoryDriver,
  MemoryStore,
} from "../../mod.ts";
import { runDraft } from "../fixtures/log.ts";
import { counting, dataOf, Heard, logOf, runnerOn, storeWith } from "../fixtures/memory.ts";
import { VirtualTime } from "../properties/virtual_time.ts";

/** The database was locked by somebody else. */
class LockedError extends Error {}

/** Nobody knows whether the database has done it. */
class LostError extends Error {}

/** A driver of a client with such errors, which notes whom it has evicted. */
class ContendedDriver extends MemoryDriver {
  readonly evicted: (readonly string[])[] = [];

  override classify(error: unknown): ErrorClass {
    if (error instanceof LostError) return "unknown";
    return error instanceof LockedError ? "transient" : super.classify(error);
  }

  evict(sessions: readonly string[]): Promise<void> {
    this.evicted.push(sessions);
    return Promise.resolve();
  }
}

/** A rollback method that fails as long as there are errors to throw, and keeps its attempts. */
function failing(...errors: readonly Error[]) {
  const attempts: number[] = [];
  const rollback = ({ db, attempt }: MemoryContext) => {
    attempts.push(attempt);
    const error = errors[attempt - 1];
    if (error !== undefined) throw error;
    for (const key of db.keys()) db.delete(key);
  };
  return { attempts, rollback };
}

const locked = () => new LockedError("the database is locked");
const broken = () => Promise.reject(new Error("broken"));

Deno.test("undo() repeats a rollback outside of a transaction while its error is transient", async () => {
  const store = new MemoryStore();
  const { rollback, attempts } = failing(locked(), new Error("wrapped", { cause: locked() }));
  const units = [counting("1", "a", { transactional: false, rollbackExecution: rollback })];
  await runnerOn(store, units).migrate();
  const heard = new Heard();
  const driver = new ContendedDriver({ store });
  const { executed } = await runnerOn(store, units, { driver, listener: heard.listener }).undo({ all: true });
  assertEquals(executed.map(({ id, attempts }) => [id, attempts]), [["a", 3]]);
  assertEquals([attempts, dataOf(store)], [[1, 2, 3], {}]);
  assertEquals(logOf(store).slice(2), ["a STARTED", "a ROLLED_BACK"]);
  assertEquals(store.entries.at(-1)?.attempts, 3);
  assertEquals(heard.of("rollback.retrying").map(({ change, step, attempt }) => [change.id, step, attempt]), [
    ["a", "EXECUTION", 2],
    ["a", "EXECUTION", 3],
  ]);
  assertEquals([heard.of("rollback.started").length, heard.of("rollback.ended").length], [1, 1]);
});

Deno.test("migrate() repeats the rollbacks of a failure, of the change and of its before step, and not the change", async () => {
  const store = new MemoryStore();
  const [change, before] = [failing(locked()), failing(locked())];
  let executions = 0;
  const unit = counting("1", "a", {
    transactional: false,
    execution: () => {
      executions++;
      throw locked();
    },
    rollbackExecution: change.rollback,
    beforeExecution: ({ db }) => db.set("before", 1),
    rollbackBeforeExecution: before.rollback,
  });
  const runner = runnerOn(store, [unit], { driver: new ContendedDriver({ store }) });
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError, "the database is locked");
  assertEquals(error.report.failed.map(({ state }) => state), ["ROLLED_BACK"]);
  assertEquals([executions, change.attempts, before.attempts, dataOf(store)], [1, [1, 2], [1, 2], {}]);
});

Deno.test("migrate() repeats the rollback of what was interrupted in an earlier execution", async () => {
  const store = new MemoryStore();
  const lost = { transactional: false, execution: () => Promise.reject(new LostError("gone")) };
  const driver = () => new ContendedDriver({ store });
  await assertRejects(() => runnerOn(store, [counting("1", "a", lost)], { driver: driver() }).migrate());
  const { rollback, attempts } = failing(locked());
  const unit = counting("1", "a", { transactional: false, rollbackExecution: rollback });
  await runnerOn(store, [unit], { driver: driver(), lock: { leaseMs: 30 } }).migrate();
  assertEquals([attempts, dataOf(store)], [[1, 2], { a: 1 }]);
});

/** Change units that fail, and whose rollback meets a locked database each time. */
function contended() {
  const attempts: number[] = [];
  const rollbackExecution = ({ attempt }: MemoryContext) => {
    attempts.push(attempt);
    throw locked();
  };
  return { attempts, units: [counting("1", "a", { transactional: false, execution: broken, rollbackExecution })] };
}

/** Time in which the heartbeat, before and after a renewal that failed, and the look at a slow append are nobody's wait. */
function timeOf(leaseMs: number): VirtualTime {
  return new VirtualTime({ asideMs: [leaseMs / 3, leaseMs / 30, 1_000] });
}

Deno.test("A rollback that meets transient errors for longer than retryMs has failed", async () => {
  const store = new MemoryStore();
  const { attempts, units } = contended();
  const runtime = timeOf(60_000);
  const options = { driver: new ContendedDriver({ store }), runtime, retryMs: 3_000, lock: { leaseMs: 60_000 } };
  const migrated = runtime.pass(runnerOn(store, units, options).migrate());
  await assertRejects(() => migrated, ChangeFailedError, "the database is locked");
  assert(runtime.now() >= 3_000 && runtime.now() < 3_600, `it has tried for ${runtime.now()} ms`);
  assertEquals([attempts.length, store.entries.at(-1)?.attempts], [attempts.at(-1), attempts.length]);
  assertEquals(logOf(store), ["a STARTED", "a ROLLBACK_FAILED"]);
});

Deno.test("A rollback whose lease has lapsed while it waited for its next attempt is left open", async () => {
  const store = new MemoryStore();
  const { attempts, units } = contended();
  const runtime = timeOf(6_000);
  const driver = new class extends ContendedDriver {
    override renewLease(): Promise<never> {
      return Promise.reject(new Error("no answer"));
    }
  }({ store });
  const migrated = runtime.pass(runnerOn(store, units, { driver, runtime, lock: { leaseMs: 6_000 } }).migrate());
  await assertRejects(() => migrated, LockLostError, "could not be renewed in time");
  assert(attempts.length > 1 && runtime.now() < 7_000, `it has tried ${attempts.length} times in ${runtime.now()} ms`);
  assertEquals(logOf(store), ["a STARTED"]);
});

const ends: [what: string, error: Error, state: string][] = [
  ["is permanent", new Error("no such table"), "ROLLBACK_FAILED"],
  ["leaves nobody knowing what was done", new LostError("the connection was lost"), "STARTED"],
];

for (const [what, error, state] of ends) {
  Deno.test(`A rollback is not repeated after an error that ${what}`, async () => {
    const store = new MemoryStore();
    const { rollback, attempts } = failing(locked(), error);
    const unit = counting("1", "a", { transactional: false, execution: broken, rollbackExecution: rollback });
    const runner = runnerOn(store, [unit], { driver: new ContendedDriver({ store }) });
    await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(attempts, [1, 2]);
    assertEquals(logOf(store).at(-1), `a ${state}`);
  });
}

Deno.test("A rollback that is in somebody's way three times ends what earlier executions still hold", async () => {
  const store = await storeWith(runDraft({ session: "01" }));
  const { rollback } = failing(locked(), locked(), locked(), locked());
  const unit = counting("1", "a", { transactional: false, execution: broken, rollbackExecution: rollback });
  const driver = new ContendedDriver({ store });
  await assertRejects(() => runnerOn(store, [unit], { driver }).migrate(), ChangeFailedError, "broken");
  assertEquals(driver.evicted, [["01"]]);
  assertEquals(logOf(store), ["a STARTED", "a ROLLED_BACK"]);
});

Deno.test("A cancelled execution repeats its rollback all the same", async () => {
  const store = new MemoryStore();
  const controller = new AbortController();
  const { rollback, attempts } = failing(locked(), locked());
  const unit = counting("1", "a", {
    transactional: false,
    execution: () => {
      controller.abort();
      throw new Error("cancelled");
    },
    rollbackExecution: rollback,
  });
  const runner = runnerOn(store, [unit], { driver: new ContendedDriver({ store }) });
  await assertRejects(() => runner.migrate({ signal: controller.signal }));
  assertEquals([attempts, logOf(store)], [[1, 2, 3], ["a STARTED", "a ROLLED_BACK"]]);
});

Deno.test("What a rollback throws may be no error at all", async () => {
  const store = new MemoryStore();
  const unit = counting("1", "a", {
    transactional: false,
    execution: () => Promise.reject("one text"),
    rollbackExecution: () => Promise.reject("another"),
  });
  const expected = "one text; its rollback failed as well: another";
  await assertRejects(() => runnerOn(store, [unit]).migrate(), ChangeFailedError, expected);
  assertEquals(logOf(store), ["a STARTED", "a ROLLBACK_FAILED"]);
});
