import { assertEquals, assertRejects } from "@std/assert";
import { type ChangeEntry, HistoryNotWrittenError, type MemoryContext, MemoryDriver, MemoryStore } from "../../mod.ts";
import { counting, dataOf, logOf, type MemoryChange, runnerOn, type Said } from "../fixtures/memory.ts";

/** A driver that refuses the first entry of a before step that is to be rolled back, as if the process had gone there. */
class GoneDriver extends MemoryDriver {
  readonly #store: MemoryStore;

  constructor({ store }: { readonly store: MemoryStore }) {
    super({ store });
    this.#store = store;
  }

  override append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const isRollback = entry.type === "BEFORE_EXECUTION" && entry.state === "STARTED" &&
      this.#store.entries.some(({ type, changeId }) => type === "BEFORE_EXECUTION" && changeId === entry.changeId);
    return isRollback ? Promise.reject(new Error("gone")) : super.append(entry);
  }
}

/** A change unit whose before step keeps something of its own. */
function withBefore(order: string, id: string, said: Partial<MemoryChange> = {}): MemoryChange {
  return counting(order, id, {
    beforeExecution: ({ db }: MemoryContext) => db.set(`${id} before`, 1),
    rollbackBeforeExecution: ({ db }: MemoryContext) => db.delete(`${id} before`),
    ...said,
  } as Said);
}

/** What is left when the process was gone between the rollback of a change and that of its before step. */
async function halfUndone(units: readonly MemoryChange[], strategy: "change" | "run" = "change"): Promise<MemoryStore> {
  const store = new MemoryStore();
  await runnerOn(store, units).migrate();
  const runner = runnerOn(store, units, { driver: new GoneDriver({ store }), transactionStrategy: strategy });
  await assertRejects(() => runner.undo({ all: true }), HistoryNotWrittenError);
  return store;
}

for (const transactional of [true, false]) {
  const kind = transactional ? "with" : "without";
  Deno.test(`undo() goes on with the before step of a change ${kind} a transaction where the one before it has ended`, async () => {
    const units = [counting("1", "a"), withBefore("2", "b", { transactional })];
    const store = await halfUndone(units);
    assertEquals(dataOf(store), { a: 1, "b before": 1 });
    const plan = await runnerOn(store, units).planUndo({ all: true });
    assertEquals(plan.changes.map(({ id, decision, reason }) => [id, decision, reason]), [
      ["b", "run", "only its before step stands"],
      ["a", "run", "executed"],
    ]);
    const { executed } = await runnerOn(store, units).undo({ count: 1 });
    assertEquals([executed.map(({ id, attempts }) => [id, attempts]), dataOf(store)], [[["b", 1]], { a: 1 }]);
    assertEquals(logOf(store).slice(-2), ["before b STARTED", "before b ROLLED_BACK"]);
    assertEquals((await runnerOn(store, units).undo({ all: true })).executed.map(({ id }) => id), ["a"]);
    assertEquals(dataOf(store), {});
  });
}

Deno.test("undo() in one transaction takes before steps that alone stand along, and reports all in their order", async () => {
  const units = [withBefore("1", "a"), withBefore("2", "b"), counting("3", "c"), withBefore("4", "d")];
  const store = await halfUndone(units, "run");
  assertEquals(dataOf(store), { "a before": 1, "b before": 1, "d before": 1 });
  // The others are executed anew.
  await runnerOn(store, [counting("3", "c")], { rules: { missing: "warn", missingNewer: "warn" } }).migrate();
  const { executed } = await runnerOn(store, units, { transactionStrategy: "run" }).undo({ all: true });
  assertEquals(executed.map(({ id }) => id), ["c", "d", "b", "a"]);
  assertEquals(dataOf(store), {});
});

Deno.test("undo() in one transaction touches no before step when the transaction is rolled back", async () => {
  const units = [withBefore("1", "a"), withBefore("2", "b")];
  const store = await halfUndone(units);
  const broken = withBefore("1", "a", { rollbackExecution: () => Promise.reject(new Error("broken")) });
  const runner = runnerOn(store, [broken, ...units.slice(1)], { transactionStrategy: "run" });
  await assertRejects(() => runner.undo({ all: true }), Error, "broken");
  assertEquals(dataOf(store), { "a before": 1, a: 1, "b before": 1 });
});

Deno.test("undo() rolls back the before step of a failure whose process has gone before it came to that", async () => {
  const store = new MemoryStore();
  const units = (execution?: () => Promise<never>) => [withBefore("1", "a", execution && { execution })];
  const failing = units(() => Promise.reject(new Error("no")));
  const gone = runnerOn(store, failing, { driver: new GoneDriver({ store }) });
  await assertRejects(() => gone.migrate(), HistoryNotWrittenError);
  assertEquals(logOf(store), ["before a STARTED", "before a EXECUTED", "a FAILED"]);
  const [planned] = (await runnerOn(store, units()).plan()).changes;
  assertEquals(planned?.reason, "it failed before, and its before step stands");
  await runnerOn(store, units()).undo({ to: "a" });
  assertEquals(dataOf(store), {});
});

Deno.test("repair() as rolled back records that somebody has undone a before step by hand", async () => {
  const units = [withBefore("1", "a")];
  const store = await halfUndone(units);
  store.data = new Map();
  const comment = { by: "ann", reason: "she has undone it" };
  await runnerOn(store, units).repair({ repairs: [{ id: "a", as: "rolled back" }], comment });
  assertEquals(logOf(store).at(-1), "before a ROLLED_BACK");
  assertEquals((await runnerOn(store, units).undo({ all: true })).executed, []);
  assertEquals((await runnerOn(store, units).migrate()).executed.map(({ id }) => id), ["a"]);
  assertEquals(dataOf(store), { a: 1, "a before": 1 });
});
