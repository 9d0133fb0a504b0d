import { assertEquals, assertRejects } from "@std/assert";
import { ChangeFailedError, type ErrorClass, MemoryDriver, MemoryStore, PlanError } from "../../mod.ts";
import { counting, runnerOn } from "../fixtures/memory.ts";

const together = { transactionStrategy: "run" } as const;

function failing(order: string, id: string) {
  return counting(order, id, { execution: () => Promise.reject(new Error(`${id} is broken`)) });
}

Deno.test("The strategy run commits all change units and all entries together", async () => {
  const store = new MemoryStore();
  const units = ["a", "b", "c"].map((id, index) => counting(String(index + 1), id));
  const report = await runnerOn(store, units, together).migrate();
  assertEquals(report.executed.map(({ id }) => id), ["a", "b", "c"]);
  assertEquals(store.entries.map(({ seq, state }) => `${seq} ${state}`), [
    "1 STARTED",
    "2 EXECUTED",
    "3 EXECUTED",
    "4 EXECUTED",
  ]);
});

Deno.test("The strategy run leaves nothing of any change unit when one fails, and records which", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a"), counting("2", "b"), failing("3", "c"), counting("4", "d")];
  const error = await assertRejects(() => runnerOn(store, units, together).migrate(), ChangeFailedError, "c is broken");
  assertEquals(error.report.executed, []);
  assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["c", "FAILED"]]);
  assertEquals(error.report.pending.map(({ id }) => id), ["a", "b", "d"]);
  assertEquals(store.data.size, 0);
  assertEquals(store.entries.map(({ changeId, state }) => `${changeId} ${state}`), ["null STARTED", "c FAILED"]);
});

Deno.test("The strategy run runs all before steps first, and rolls all of them back when a change unit fails", async () => {
  const store = new MemoryStore();
  const calls: string[] = [];
  const before = (id: string) => ({
    beforeExecution: () => void calls.push(`before ${id}`),
    rollbackBeforeExecution: () => void calls.push(`rollback before ${id}`),
  });
  const broken = { ...failing("3", "c"), ...before("c") } as ReturnType<typeof failing>;
  const units = [counting("1", "a", before("a")), counting("2", "b"), broken];
  await assertRejects(() => runnerOn(store, units, together).migrate(), ChangeFailedError);
  assertEquals(calls, ["before a", "before c", "rollback before c", "rollback before a"]);
  assertEquals(store.data.size, 0);
});

Deno.test("The strategy run reports a before step that cannot be rolled back under the name of its own change unit", async () => {
  const store = new MemoryStore();
  const before = {
    beforeExecution: () => {},
    rollbackBeforeExecution: () => Promise.reject(new Error("it stays")),
  };
  const units = [counting("1", "a", before), failing("2", "b"), counting("3", "c")];
  const error = await assertRejects(() => runnerOn(store, units, together).migrate(), ChangeFailedError, "b is broken");
  assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["b", "FAILED"], ["a", "ROLLBACK_FAILED"]]);
  assertEquals(error.report.pending.map(({ id }) => id), ["c"]);
});

Deno.test("The strategy run ignores failFast: the transaction is one", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a"), { ...failing("2", "b"), failFast: false }, counting("3", "c")];
  await assertRejects(() => runnerOn(store, units, together).migrate(), ChangeFailedError);
  assertEquals(store.data.size, 0);
});

Deno.test("The strategy run refuses a change unit that is not transactional", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a"), counting("2", "b", { transactional: false })];
  const error = await assertRejects(() => runnerOn(store, units, together).migrate(), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["TRANSACTION_NOT_SHARED"]);
});

Deno.test("The strategy none undoes a failure by the rollback method", async () => {
  const store = new MemoryStore();
  const units = [failing("1", "a")];
  const options = { transactionStrategy: "none" } as const;
  const error = await assertRejects(() => runnerOn(store, units, options).migrate(), ChangeFailedError);
  assertEquals(error.report.failed.map(({ state }) => state), ["ROLLED_BACK"]);
});

Deno.test("migrate({ to }) and migrate({ count }) stop behind their limit, and say what is still pending", async () => {
  const store = new MemoryStore();
  const units = ["a", "b", "c", "d"].map((id, index) => counting(String(index + 1), id));
  const first = await runnerOn(store, units).migrate({ to: "b" });
  assertEquals([first.executed.map(({ id }) => id), first.pending.map(({ id }) => id)], [["a", "b"], ["c", "d"]]);
  const second = await runnerOn(store, units).migrate({ count: 1 });
  assertEquals([second.executed.map(({ id }) => id), second.pending.map(({ id }) => id)], [["c"], ["d"]]);
  assertEquals((await runnerOn(store, units).migrate({ to: "c" })).executed, []);
  const error = await assertRejects(() => runnerOn(store, units).migrate({ to: "z" }), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["TARGET_UNKNOWN"]);
});

Deno.test("The strategy run touches no further before step once nobody knows how far one came", async () => {
  const store = new MemoryStore();
  const lost = new Error("the connection was lost");
  const driver = new class extends MemoryDriver {
    override classify(error: unknown): ErrorClass {
      return error === lost ? "unknown" : super.classify(error);
    }
  }({ store });
  const rolledBack: string[] = [];
  const before = (id: string) => ({
    beforeExecution: () => {},
    rollbackBeforeExecution: () => {
      rolledBack.push(id);
      if (id === "b") throw lost;
    },
  });
  const units = [counting("1", "a", before("a")), counting("2", "b", before("b")), failing("3", "c")];
  const runner = runnerOn(store, units, { ...together, driver });
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError, "c is broken");
  assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["c", "FAILED"], ["b", "STARTED"]]);
  assertEquals(rolledBack, ["b"]);
});
