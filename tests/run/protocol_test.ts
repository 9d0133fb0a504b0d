import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  type ChangeEntry,
  ChangeFailedError,
  CommitUnknownError,
  type Guard,
  HistoryNotWrittenError,
  type LeaseReply,
  type LeaseRequest,
  LockLostError,
  type MemoryContext,
  MemoryDriver,
  type MemoryDriverContext,
  MemoryStore,
  PositionTakenError,
  type Transaction,
} from "../../mod.ts";
import { runDraft } from "../fixtures/log.ts";
import { count, counting, dataOf, logOf, runnerOn, storeWith } from "../fixtures/memory.ts";

type Work<Result> = (transaction: Transaction<MemoryDriverContext>) => Promise<Result>;

/** Nobody can say whether the database has done what it was asked for. */
class LostError extends Error {}

/** A driver on which something goes wrong once. */
class FaultyDriver extends MemoryDriver {
  readonly #faults: ("append" | "transaction")[] = [];

  protected isDue(call: "append" | "transaction"): boolean {
    const isNew = !this.#faults.includes(call);
    this.#faults.push(call);
    return isNew;
  }

  override classify(error: unknown) {
    return error instanceof LostError ? "unknown" : super.classify(error);
  }
}

const units = [counting("1", "a"), counting("2", "b")];

Deno.test("Every execution has an id of its own", async () => {
  const store = new MemoryStore();
  const first = await runnerOn(store, [counting("1", "a")]).migrate();
  const second = await runnerOn(store, [counting("1", "a"), counting("2", "b")]).migrate();
  assertNotEquals(first.executionId, second.executionId);
});

Deno.test("Runner.migrate() does not act on a plan that is older than its RUN entry", async () => {
  const store = new MemoryStore();
  const driver = new class extends MemoryDriver {
    override async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
      // Somebody comes and goes between the plan and the lease.
      await runnerOn(store, units).migrate();
      return await super.acquireLease(request);
    }
  }({ store });
  assertEquals((await runnerOn(store, units, { driver }).migrate()).executed, []);
  assertEquals(dataOf(store), { a: 1, b: 1 });
  assertEquals(store.entries.filter(({ type }) => type === "RUN").length, 1);
});

Deno.test("Runner.migrate() does not wait for the lock when somebody else has done everything", async () => {
  const store = new MemoryStore();
  const driver = new class extends MemoryDriver {
    override async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
      if (store.entries.length === 0) await runnerOn(store, units).migrate();
      const token = store.lease.token + 1;
      store.lease = { owner: "living", hostname: "", token, leaseMs: 60_000, expiresAt: Date.now() + 60_000 };
      return await super.acquireLease(request);
    }
  }({ store });
  assertEquals((await runnerOn(store, units, { driver, lock: { waitMs: 200 } }).migrate()).executed, []);
  assertEquals(dataOf(store), { a: 1, b: 1 });
});

Deno.test("Runner.migrate() appends nothing once its lease has lapsed before its RUN entry", async () => {
  const store = new MemoryStore();
  const driver = new class extends MemoryDriver {
    override async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
      const reply = await super.acquireLease(request);
      await new Promise((resolve) => setTimeout(resolve, 2 * request.leaseMs));
      return reply;
    }
  }({ store });
  const runner = runnerOn(store, units, { driver, lock: { leaseMs: 50 } });
  await assertRejects(() => runner.migrate(), LockLostError, "could not be renewed in time");
  assertEquals([store.entries, dataOf(store)], [[], {}]);
});

Deno.test("Runner.migrate() tries again when an entry that has taken its position vanishes", async () => {
  const store = new MemoryStore();
  const driver = new class extends FaultyDriver {
    override transaction<Result>(work: Work<Result>, guard: Guard): Promise<Result> {
      return super.transaction((transaction) => {
        const append = (entry: ChangeEntry) =>
          this.isDue("transaction") ? Promise.reject(new PositionTakenError("taken")) : transaction.append(entry);
        return work({ ...transaction, append });
      }, guard);
    }
  }({ store });
  const report = await runnerOn(store, units, { driver }).migrate();
  assertEquals(report.executed.map(({ id, attempts }) => [id, attempts]), [["a", 2], ["b", 1]]);
  assertEquals([logOf(store), dataOf(store)], [["a EXECUTED", "b EXECUTED"], { a: 1, b: 1 }]);
});

for (const isDone of [true, false]) {
  const what = isDone ? "only the confirmation" : "all";
  Deno.test(`Runner.migrate() executes a unit once when ${what} of its commit is lost`, async () => {
    const store = new MemoryStore();
    const driver = new class extends FaultyDriver {
      override async transaction<Result>(work: Work<Result>, guard: Guard): Promise<Result> {
        if (!this.isDue("transaction")) return await super.transaction(work, guard);
        const undo = new Error("undo");
        const lose = async (transaction: Transaction<MemoryDriverContext>) => {
          await work(transaction);
          if (!isDone) throw undo;
        };
        await super.transaction(lose, guard).catch((error) => {
          if (error !== undo) throw error;
        });
        throw new CommitUnknownError("no confirmation");
      }
    }({ store });
    const report = await runnerOn(store, units, { driver }).migrate();
    assertEquals(report.executed.map(({ id, attempts }) => [id, attempts]), [["a", isDone ? 1 : 2], ["b", 1]]);
    assertEquals([logOf(store), dataOf(store)], [["a EXECUTED", "b EXECUTED"], { a: 1, b: 1 }]);
    assertEquals(store.entries.filter(({ type }) => type === "RUN").length, isDone ? 1 : 2);
  });
}

Deno.test("Runner.migrate() leaves a non-transactional unit open when nobody knows whether its last call was done", async () => {
  const store = new MemoryStore();
  const execution = ({ db }: MemoryContext) => {
    count(db, "a");
    throw new LostError("connection closed");
  };
  const lost = [counting("1", "a", { transactional: false, execution })];
  const runner = runnerOn(store, lost, { driver: new FaultyDriver({ store }) });
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["a", "STARTED"]]);
  assertEquals([logOf(store), dataOf(store)], [["a STARTED"], { a: 1 }]);
});

Deno.test("Runner.migrate() rolls an interrupted unit back before it executes it again", async () => {
  const store = new MemoryStore();
  const execution = ({ db }: MemoryContext) => {
    count(db, "a");
    throw new LostError("connection closed");
  };
  const lost = [counting("1", "a", { transactional: false, execution })];
  await assertRejects(() => runnerOn(store, lost, { driver: new FaultyDriver({ store }) }).migrate());
  const leaseMs = 100;
  const again = runnerOn(store, [counting("1", "a", { transactional: false })], { lock: { leaseMs } });
  const startedAt = performance.now();
  assertEquals((await again.migrate()).executed.length, 1);
  assert(performance.now() - startedAt >= leaseMs, "Whoever is only frozen needs one lease to notice");
  assertEquals(logOf(store), ["a STARTED", "a ROLLED_BACK", "a STARTED", "a EXECUTED"]);
  assertEquals(dataOf(store), { a: 1 });
});

Deno.test("Runner.migrate() recognises its own entry when the confirmation was lost", async () => {
  const store = new MemoryStore();
  const driver = new class extends FaultyDriver {
    override async append(entry: ChangeEntry) {
      const reply = await super.append(entry);
      if (this.isDue("append")) throw new LostError("connection closed");
      return reply;
    }
  }({ store });
  assertEquals((await runnerOn(store, units, { driver }).migrate()).executed.length, 2);
  assertEquals(store.entries.filter(({ type }) => type === "RUN").length, 1);
});

Deno.test("Runner.migrate() offers its entry again where a position is taken by nothing that lasts", async () => {
  const store = new MemoryStore();
  const driver = new class extends FaultyDriver {
    override async append(entry: ChangeEntry) {
      return this.isDue("append") ? "taken" : await super.append(entry);
    }
  }({ store });
  const reads: number[] = [];
  driver.readHistory = function ({ after = 0 } = {}) {
    reads.push(after);
    return MemoryDriver.prototype.readHistory.call(this, { after });
  };
  assertEquals((await runnerOn(store, units, { driver }).migrate()).executed.length, 2);
  assertEquals(reads.length, 2);
});

Deno.test("Runner.migrate() does not call done what it cannot write down", async () => {
  const store = new MemoryStore();
  const driver = new class extends MemoryDriver {
    override async append(entry: ChangeEntry) {
      if (entry.state === "EXECUTED") throw new Error("disk full");
      return await super.append(entry);
    }
  }({ store });
  const unwritten = [counting("1", "a", { transactional: false }), counting("2", "b")];
  const error = await assertRejects(() => runnerOn(store, unwritten, { driver }).migrate(), HistoryNotWrittenError);
  assertEquals(error.report.executed, []);
  assertEquals(logOf(store), ["a STARTED"]);
});

/** A driver that can end sessions, and notes which. */
class EvictingDriver extends MemoryDriver {
  readonly evicted: (readonly string[])[] = [];

  evict(sessions: readonly string[]): Promise<void> {
    this.evicted.push(sessions);
    return Promise.resolve();
  }
}

Deno.test("Runner.migrate() ends what earlier executions still hold when it takes their lease over", async () => {
  const store = await storeWith(runDraft({ session: "01" }), runDraft({ executionId: "execution-2", session: "02" }));
  store.lease = { owner: "dead", hostname: "host-2", token: 7, leaseMs: 30_000, expiresAt: Date.now() - 1 };
  const driver = new EvictingDriver({ store });
  await runnerOn(store, units, { driver }).migrate();
  assertEquals(driver.evicted, [["01", "02"]]);
});

Deno.test("Runner.migrate() ends nobody's session when it knows of none: an empty list would be everybody", async () => {
  const store = new MemoryStore();
  store.lease = { owner: "dead", hostname: "host-2", token: 7, leaseMs: 30_000, expiresAt: Date.now() - 1 };
  const driver = new EvictingDriver({ store });
  await runnerOn(store, units, { driver }).migrate();
  assertEquals(driver.evicted, []);
});
