import { assertEquals, assertRejects } from "@std/assert";
import { ChangeFailedError, type MemoryContext, MemoryDriver, MemoryStore, PlanError } from "../../mod.ts";
import { rehearse } from "../../src/testing/mod.ts";
import { counting, dataOf, irreversible, logOf, type MemoryChange } from "../fixtures/memory.ts";

async function rehearseOn(store: MemoryStore, migrations: readonly MemoryChange[]) {
  return await rehearse({ driver: new MemoryDriver({ store }), migrations, snapshot: () => dataOf(store) });
}

/** A change unit whose rollback brings nothing back. */
const forgetful = counting("2", "forgetful", { rollbackExecution: () => {} });

Deno.test("rehearse() executes, undoes and executes again each change unit before the next", async () => {
  const store = new MemoryStore();
  const { rehearsed, differences } = await rehearseOn(store, [counting("1", "a"), counting("2", "b")]);
  assertEquals([rehearsed.map(({ id }) => id), differences], [["a", "b"], []]);
  assertEquals(logOf(store), ["a", "b"].flatMap((id) => [`${id} EXECUTED`, `${id} ROLLED_BACK`, `${id} EXECUTED`]));
  assertEquals(dataOf(store), { a: 1, b: 1 });
});

Deno.test("rehearse() names the change unit whose rollback does not restore, and what differs", async () => {
  const { differences } = await rehearseOn(new MemoryStore(), [counting("1", "a"), forgetful, counting("3", "c")]);
  assertEquals(differences.map(({ change, after }) => [change.id, after]), [
    ["forgetful", "rollback"],
    ["forgetful", "repetition"],
  ]);
  assertEquals([differences[0]?.expected, differences[0]?.actual], [{ a: 1 }, { a: 1, forgetful: 1 }]);
});

Deno.test("rehearse() executes what is irreversible, and says so", async () => {
  const store = new MemoryStore();
  const migrations = [counting("1", "a"), irreversible("2", "b"), counting("3", "c")];
  const { rehearsed, irreversible: others, differences } = await rehearseOn(store, migrations);
  assertEquals([rehearsed.map(({ id }) => id), others.map(({ id }) => id), differences], [["a", "c"], ["b"], []]);
  assertEquals(dataOf(store), { a: 1, b: 1, c: 1 });
});

Deno.test("rehearse() rehearses without transactions and with before steps as well", async () => {
  const steps = {
    transactional: false,
    beforeExecution: ({ db }: MemoryContext) => db.set("before", true),
    rollbackBeforeExecution: ({ db }: MemoryContext) => db.delete("before"),
  };
  const { rehearsed, differences } = await rehearseOn(new MemoryStore(), [counting("1", "a", steps)]);
  assertEquals([rehearsed.length, differences], [1, []]);
});

Deno.test("rehearse() throws what a rollback throws, or what is wrong with the change units", async () => {
  const stuck = counting("1", "a", { rollbackExecution: () => Promise.reject(new Error("no way back")) });
  await assertRejects(() => rehearseOn(new MemoryStore(), [stuck]), ChangeFailedError, "no way back");
  const store = new MemoryStore();
  await rehearseOn(store, [counting("2", "b")]);
  await assertRejects(() => rehearseOn(store, [counting("1", "a"), counting("2", "b")]), PlanError);
});
