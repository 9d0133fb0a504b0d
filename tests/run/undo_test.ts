import { assertEquals, assertRejects } from "@std/assert";
import {
  type ChangeEntry,
  ChangeFailedError,
  HistoryNotWrittenError,
  MemoryDriver,
  MemoryStore,
  PlanError,
} from "../../mod.ts";
import { counting, irreversible, runnerOn } from "../fixtures/memory.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
const ten = NAMES.map((id, index) => counting(String(index + 1), id));

async function tenExecuted(): Promise<MemoryStore> {
  const store = new MemoryStore();
  await runnerOn(store, ten).migrate();
  return store;
}

function statesOf(store: MemoryStore, id: string): string[] {
  return store.entries.filter(({ changeId }) => changeId === id)
    .map(({ operation, type, state }) => `${operation} ${type} ${state}`);
}

Deno.test("undo({ to }) reverts exactly what was executed since, newest first, the target included", async () => {
  const store = await tenExecuted();
  const report = await runnerOn(store, ten).undo({ to: "g" });
  assertEquals([report.operation, report.executed.map(({ id }) => id)], ["UNDO", ["j", "i", "h", "g"]]);
  assertEquals([...store.data.keys()], ["a", "b", "c", "d", "e", "f"]);
  assertEquals(statesOf(store, "g"), ["MIGRATE EXECUTION EXECUTED", "UNDO EXECUTION ROLLED_BACK"]);
});

Deno.test("undo({ count }) and undo({ all }) revert that many, and migrate() executes them again", async () => {
  const store = await tenExecuted();
  assertEquals((await runnerOn(store, ten).undo({ count: 2 })).executed.length, 2);
  assertEquals((await runnerOn(store, ten).undo({ all: true })).executed.length, 8);
  assertEquals(store.data.size, 0);
  assertEquals((await runnerOn(store, ten).migrate()).executed.length, 10);
  assertEquals(store.data.size, 10);
});

Deno.test("undo() goes by the order of execution, not by that of the files", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [counting("1", "a"), counting("3", "c")]).migrate();
  const late = [counting("1", "a"), counting("2", "b"), counting("3", "c")];
  await runnerOn(store, late, { rules: { outOfOrder: "run" } }).migrate();
  const report = await runnerOn(store, late).undo({ count: 2 });
  assertEquals(report.executed.map(({ id }) => id), ["b", "c"]);
});

Deno.test("undo() with nothing executed does nothing, and an unknown target is refused", async () => {
  const store = new MemoryStore();
  assertEquals((await runnerOn(store, ten).undo({ all: true })).executed, []);
  assertEquals(store.entries, []);
  const error = await assertRejects(() => runnerOn(store, ten).undo({ to: "a" }), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["TARGET_UNKNOWN"]);
});

Deno.test("undo() is refused as a whole when one is irreversible or missing", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a"), irreversible("2", "b"), counting("3", "c")];
  await runnerOn(store, units).migrate();
  const before = store.entries.length;
  const refused = await assertRejects(() => runnerOn(store, units).undo({ all: true }), PlanError);
  assertEquals(refused.problems.map(({ code }) => code), ["CHANGE_IRREVERSIBLE"]);
  const missing = await assertRejects(() => runnerOn(store, units.slice(0, 2)).undo({ count: 1 }), PlanError);
  assertEquals(missing.problems.map(({ code }) => code), ["CHANGE_MISSING"]);
  assertEquals([store.entries.length, store.data.size], [before, 3]);
  assertEquals((await runnerOn(store, units).undo({ to: "c" })).executed.length, 1);
});

Deno.test("undo() rolls a before step back after its change, with entries of its own", async () => {
  const store = new MemoryStore();
  const calls: string[] = [];
  const unit = counting("1", "a", {
    execution: () => void calls.push("execution"),
    rollbackExecution: () => void calls.push("rollback"),
    beforeExecution: () => void calls.push("before"),
    rollbackBeforeExecution: () => void calls.push("rollback before"),
  });
  await runnerOn(store, [unit]).migrate();
  await runnerOn(store, [unit]).undo({ all: true });
  assertEquals(calls, ["before", "execution", "rollback", "rollback before"]);
  assertEquals(statesOf(store, "a").slice(3), [
    "UNDO EXECUTION ROLLED_BACK",
    "UNDO BEFORE_EXECUTION STARTED",
    "UNDO BEFORE_EXECUTION ROLLED_BACK",
  ]);
});

Deno.test("undo() whose rollback fails in a transaction leaves the change executed, and says why", async () => {
  const store = new MemoryStore();
  const broken = counting("2", "b", {
    rollbackExecution: ({ db }) => {
      db.delete("b");
      throw new Error("broken rollback");
    },
  });
  const units = [counting("1", "a"), broken, counting("3", "c")];
  await runnerOn(store, units).migrate();
  const error = await assertRejects(() => runnerOn(store, units).undo({ all: true }), ChangeFailedError);
  assertEquals(error.report.executed.map(({ id }) => id), ["c"]);
  assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["b", "EXECUTED"]]);
  assertEquals(error.report.pending.map(({ id }) => id), ["a"]);
  assertEquals([...store.data.keys()], ["a", "b"]);
  assertEquals(store.entries.at(-1)?.error?.message, "broken rollback");
  assertEquals((await runnerOn(store, units).migrate()).executed.map(({ id }) => id), ["c"]);
});

Deno.test("undo() without a transaction marks the change as begun first", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a", { transactional: false })];
  await runnerOn(store, units).migrate();
  await runnerOn(store, units).undo({ all: true });
  assertEquals(statesOf(store, "a").slice(2), ["UNDO EXECUTION STARTED", "UNDO EXECUTION ROLLED_BACK"]);
});

Deno.test("undo() with the strategy run undoes all or nothing", async () => {
  const store = await tenExecuted();
  const broken = counting("1", "a", { rollbackExecution: () => Promise.reject(new Error("broken rollback")) });
  const units = [broken, ...ten.slice(1)];
  const options = { transactionStrategy: "run" } as const;
  await assertRejects(() => runnerOn(store, units, options).undo({ all: true }), ChangeFailedError, "broken rollback");
  assertEquals(store.data.size, 10);
  assertEquals((await runnerOn(store, ten, options).undo({ all: true })).executed.length, 10);
  assertEquals(store.data.size, 0);
});

Deno.test("planUndo() says what undo() would do, and writes nothing", async () => {
  const store = await tenExecuted();
  const before = store.entries.length;
  const plan = await runnerOn(store, ten).planUndo({ count: 3 });
  assertEquals(plan.steps.map(({ unit }) => unit.id), ["j", "i", "h"]);
  assertEquals(store.entries.length, before);
});

Deno.test("undo() that fails on an edited file does not accept the edit in silence", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  try {
    const store = new MemoryStore();
    const source = (rollback: string) =>
      `export const execution = () => {}; export const rollbackExecution = () => { ${rollback} };`;
    await Deno.writeTextFile(`${folder}/1_a.ts`, source(""));
    await runnerOn(store, folder).migrate();
    const executed = store.entries.at(-1)?.checksum;
    await Deno.writeTextFile(`${folder}/1_a.ts`, source("throw new Error('broken')"));
    const undo = runnerOn(store, folder, { rules: { edited: "warn" } }).undo({ all: true });
    await assertRejects(() => undo, ChangeFailedError, "broken");
    assertEquals(store.entries.at(-1)?.checksum, executed);
    await assertRejects(() => runnerOn(store, folder).migrate(), PlanError, "CHANGE_EDITED");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

class UnwritableDriver extends MemoryDriver {
  override append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const isRefused = entry.operation === "UNDO" && entry.type === "BEFORE_EXECUTION";
    return isRefused ? Promise.reject(new Error("the disk is full")) : super.append(entry);
  }
}

Deno.test("undo() in one transaction reports what was committed, also when the history cannot be written behind it", async () => {
  const store = new MemoryStore();
  const units = [
    counting("1", "a"),
    counting("2", "b", { beforeExecution: () => {}, rollbackBeforeExecution: () => {} }),
    counting("3", "c"),
  ];
  await runnerOn(store, units).migrate();
  const runner = runnerOn(store, units, { driver: new UnwritableDriver({ store }), transactionStrategy: "run" });
  const error = await assertRejects(() => runner.undo({ all: true }), HistoryNotWrittenError, "the disk is full");
  assertEquals(error.report.executed.map(({ id }) => id), ["c", "a"]);
  assertEquals(error.report.pending.map(({ id }) => id), ["b"]);
  assertEquals([...store.data.keys()], []);
});

Deno.test("undo() in one transaction leaves every before step behind the one that could not be written", async () => {
  const store = new MemoryStore();
  const pair = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };
  const units = [counting("1", "a", pair), counting("2", "b", pair)];
  await runnerOn(store, units).migrate();
  const runner = runnerOn(store, units, { driver: new UnwritableDriver({ store }), transactionStrategy: "run" });
  const error = await assertRejects(() => runner.undo({ all: true }), HistoryNotWrittenError, "the disk is full");
  assertEquals([error.report.executed, error.report.pending.map(({ id }) => id)], [[], ["b", "a"]]);
  assertEquals((await runnerOn(store, units).undo({ all: true })).executed.map(({ id }) => id), ["b", "a"]);
});

Deno.test("undo() that fails on what has failed since it was executed leaves it failed, to run again", async () => {
  const store = new MemoryStore();
  const broken = () => Promise.reject(new Error("broken"));
  await runnerOn(store, [counting("1", "a", { runAlways: true })]).migrate();
  const units = [counting("1", "a", { runAlways: true, execution: broken, rollbackExecution: broken })];
  await assertRejects(() => runnerOn(store, units).migrate(), ChangeFailedError, "broken");
  const error = await assertRejects(() => runnerOn(store, units).undo({ all: true }), ChangeFailedError, "broken");
  assertEquals(error.report.failed.map(({ state }) => state), ["FAILED"]);
  assertEquals(statesOf(store, "a").at(-1), "UNDO EXECUTION FAILED");
});
