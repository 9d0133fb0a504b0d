import { assertEquals, assertRejects } from "@std/assert";
import { ChangeFailedError, MemoryStore, PlanError, type RepairRequest } from "../../mod.ts";
import { draft, runDraft } from "../fixtures/log.ts";
import { counting, irreversible, runnerOn, storeWith } from "../fixtures/memory.ts";

const comment = { by: "ann", reason: "I have looked" };

/** A store in which a non-transactional, irreversible change unit has failed half-way. */
async function halfDone() {
  const store = new MemoryStore();
  const broken = irreversible("1", "a", {
    transactional: false,
    execution: ({ db }) => {
      db.set("a", 1);
      throw new Error("half-way");
    },
  });
  await assertRejects(() => runnerOn(store, [broken]).migrate(), ChangeFailedError);
  return { store, units: [broken, counting("2", "b")] };
}

function repairsOf(...requests: RepairRequest[]) {
  return { repairs: requests, comment };
}

Deno.test("repair() as executed lets migrate() go on behind the change unit", async () => {
  const { store, units } = await halfDone();
  await assertRejects(() => runnerOn(store, units).migrate(), PlanError, "CHANGE_ROLLBACK_FAILED");
  const report = await runnerOn(store, units).repair(repairsOf({ id: "a", as: "executed" }));
  assertEquals([report.operation, report.executed.map(({ id }) => id)], ["REPAIR", ["a"]]);
  const entry = store.entries.at(-1);
  assertEquals([entry?.operation, entry?.state, entry?.comment], ["REPAIR", "EXECUTED", comment]);
  assertEquals((await runnerOn(store, units).migrate()).executed.map(({ id }) => id), ["b"]);
});

Deno.test("repair() as rolled back lets migrate() execute the change unit again", async () => {
  const { store } = await halfDone();
  const units = [counting("1", "a"), counting("2", "b")];
  await runnerOn(store, units).repair(repairsOf({ id: "a", as: "rolled back" }));
  assertEquals((await runnerOn(store, units).migrate()).executed.map(({ id }) => id), ["a", "b"]);
});

Deno.test("repair() as accepted takes the file as it is now for what was executed", async () => {
  const store = await storeWith(
    runDraft(),
    draft({ changeId: "a", author: "default-author", order: "1", file: "1_a.ts" }),
  );
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  try {
    await Deno.writeTextFile(
      `${folder}/1_a.ts`,
      "export const execution = () => {}; export const irreversible = 'no';",
    );
    await assertRejects(() => runnerOn(store, folder).migrate(), PlanError, "CHANGE_EDITED");
    await runnerOn(store, folder).repair(repairsOf({ id: "a", as: "accepted" }));
    assertEquals((await runnerOn(store, folder).migrate()).executed, []);
    const again = await assertRejects(
      () => runnerOn(store, folder).repair(repairsOf({ id: "a", as: "accepted" })),
      PlanError,
    );
    assertEquals(again.problems.map(({ code }) => code), ["REPAIR_IMPOSSIBLE"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("repair() records the outcome of a before step that was interrupted", async () => {
  const before = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };
  const units = [counting("1", "a", before)];
  const begun = draft({ changeId: "a", author: "default-author", order: "1", file: null, checksum: null });
  const store = await storeWith(runDraft(), { ...begun, type: "BEFORE_EXECUTION", state: "STARTED" });
  await runnerOn(store, units).repair(repairsOf({ id: "a", as: "executed" }));
  assertEquals(store.entries.slice(3).map(({ type, state }) => `${type} ${state}`), ["BEFORE_EXECUTION EXECUTED"]);
  assertEquals((await runnerOn(store, units).migrate()).executed.map(({ id }) => id), ["a"]);
});

Deno.test("repair() of several is refused as a whole when one does not fit", async () => {
  const { store, units } = await halfDone();
  const before = store.entries.length;
  const requests = repairsOf({ id: "a", as: "executed" }, { id: "b", as: "executed" });
  const error = await assertRejects(() => runnerOn(store, units).repair(requests), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["TARGET_UNKNOWN"]);
  assertEquals(store.entries.length, before);
});

Deno.test("repair() asks for the author where an id has several", async () => {
  const store = await storeWith(
    runDraft(),
    draft({ changeId: "a", author: "ann", state: "FAILED" }),
    draft({ changeId: "a", author: "bob", state: "FAILED" }),
  );
  const ambiguous = await assertRejects(
    () => runnerOn(store, []).repair(repairsOf({ id: "a", as: "executed" })),
    PlanError,
    "ann, bob",
  );
  assertEquals(ambiguous.problems.map(({ code }) => code), ["REPAIR_IMPOSSIBLE"]);
  await runnerOn(store, []).repair(repairsOf({ id: "a", author: "bob", as: "executed" }));
  assertEquals(store.entries.at(-1)?.author, "bob");
});

Deno.test("baseline() records everything up to a change unit as executed and runs nothing of it", async () => {
  const store = new MemoryStore();
  const units = ["a", "b", "c"].map((id, index) => counting(String(index + 1), id));
  const report = await runnerOn(store, units).baseline({ to: "b", comment });
  assertEquals([report.operation, report.executed.map(({ id }) => id)], ["BASELINE", ["a", "b"]]);
  assertEquals(store.data.size, 0);
  assertEquals(store.entries.map(({ operation }) => operation), ["BASELINE", "BASELINE", "BASELINE"]);
  assertEquals((await runnerOn(store, units).baseline({ to: "b", comment })).executed, []);
  assertEquals((await runnerOn(store, units).migrate()).executed.map(({ id }) => id), ["c"]);
});

Deno.test("baseline() with an unknown target is refused", async () => {
  const store = new MemoryStore();
  const error = await assertRejects(
    () => runnerOn(store, [counting("1", "a")]).baseline({ to: "z", comment }),
    PlanError,
  );
  assertEquals(error.problems.map(({ code }) => code), ["TARGET_UNKNOWN"]);
  assertEquals(store.entries, []);
});

Deno.test("validate() and history() find an entry that was edited, also when nothing is pending", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a")];
  await runnerOn(store, units).migrate();
  assertEquals((await runnerOn(store, units).validate()).problems, []);
  assertEquals((await runnerOn(store, units).history()).length, 2);
  const [run, executed] = store.entries;
  if (run === undefined || executed === undefined) throw new Error("There should be two entries");
  store.entries.splice(1, 1, { ...executed, author: "default-author", executionMillis: 7_777 });
  await assertRejects(() => runnerOn(store, units).validate(), Error, "Entry 2");
  await assertRejects(() => runnerOn(store, units).history(), Error, "Entry 2");
});
