import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChangeFailedError, type MemoryContext, MemoryStore, PlanError } from "../../mod.ts";
import { ChangeLog, ChangeSet } from "../../src/change_unit/change_log.ts";
import { counting, dataOf, Heard, logOf, runnerOn } from "../fixtures/memory.ts";
import { MigrationsFolder, notes, noting, setting } from "../fixtures/migrations_folder.ts";

const MODULE = new URL("../../src/change_unit/change_log.ts", import.meta.url).href;
const comment = { by: "ann", reason: "a test" };

/** The source of a class with `@ChangeLog` whose change sets set the keys of their ids; a later one has a lower order. */
function changeLog(...ids: string[]): string {
  const sets = ids.map((id, index) => `
    @ChangeSet({ id: ${JSON.stringify(id)}, order: "${ids.length - index}" })
    set${index}({ db }) {
      db.set(${JSON.stringify(id)}, this.count = (this.count ?? 0) + 1);
    }`);
  return `import { ChangeLog, ChangeSet } from ${JSON.stringify(MODULE)};
    ${noting(ids.join())}
    @ChangeLog({ author: "ann" })
    export default class Old {${sets.join("\n")}
    }`;
}

/** A folder with a ChangeLog between two change units. */
async function makeFolder(name = "2_old.ts", ...ids: string[]): Promise<MigrationsFolder> {
  const sets = ids.length === 0 ? ["third", "second"] : ids;
  return await MigrationsFolder.make({
    "1_first.ts": setting("first", "1"),
    [name]: changeLog(...sets),
    "3_last.ts": setting("last", "3"),
  });
}

Deno.test("The change sets of a ChangeLog are executed in the place of their file, by one instance", async () => {
  await using folder = await makeFolder();
  const store = new MemoryStore();
  const { executed } = await runnerOn(store, folder.path).migrate();
  assertEquals(executed.map(({ id, author, order, file }) => [id, author, order, file]), [
    ["first", "default-author", "1", "1_first.ts"],
    ["second", "ann", "2.1", "2_old.ts"],
    ["third", "ann", "2.2", "2_old.ts"],
    ["last", "default-author", "3", "3_last.ts"],
  ]);
  assertEquals(dataOf(store), { first: "1", second: 1, third: 2, last: "3" });
  const checksums = store.entries.filter(({ file }) => file === "2_old.ts").map(({ checksum }) => checksum);
  assertEquals([checksums.length, new Set(checksums).size], [2, 1]);
});

Deno.test("A ChangeLog is executed once, and imported at each start", async () => {
  await using folder = await makeFolder("2_old.ts", "a", "b");
  const store = new MemoryStore();
  await runnerOn(store, folder.path).migrate();
  const before = structuredClone(store.entries);
  // A runtime evaluates a module once; that it is asked for is seen by the notice.
  const heard = new Heard();
  const { executed } = await runnerOn(store, folder.path, { listener: heard.listener }).migrate();
  assertEquals([executed, store.entries], [[], before]);
  assertEquals(notes().filter((note) => note === "a,b").length, 1);
  assertEquals(heard.events, [{
    type: "deprecated",
    message: "Classes with `@ChangeLog` are a deprecated form, which is imported at each start and cannot be undone: " +
      "write new changes as change units (2_old.ts)",
    files: ["2_old.ts"],
  }]);
});

Deno.test("A runner tells of ChangeLogs once in each execution, and in none without", async () => {
  await using folder = await makeFolder();
  await folder.write("4_older.ts", changeLog("fourth"));
  const heard = new Heard();
  const runner = runnerOn(new MemoryStore(), folder.path, { listener: heard.listener });
  await runner.migrate();
  assertEquals(heard.of("deprecated").map(({ files }) => files), [["2_old.ts", "4_older.ts"]]);
  await runner.migrate();
  assertEquals(heard.of("deprecated").length, 2);
  const others = new Heard();
  await runnerOn(new MemoryStore(), [counting("1", "a")], { listener: others.listener }).migrate();
  assertEquals(others.of("deprecated"), []);
});

Deno.test("A ChangeLog is executed up to a limit, and goes on behind it", async () => {
  await using folder = await makeFolder();
  const store = new MemoryStore();
  const { executed, pending } = await runnerOn(store, folder.path).migrate({ to: "second" });
  assertEquals([executed, pending].map((changes) => changes.map(({ id }) => id)), [
    ["first", "second"],
    ["third", "last"],
  ]);
  assertEquals((await runnerOn(store, folder.path).migrate()).executed.map(({ id }) => id), ["third", "last"]);
});

Deno.test("A change set with the id of its file does not stand for the others", async () => {
  await using folder = await makeFolder("2_old.ts", "new", "old");
  const store = new MemoryStore();
  await runnerOn(store, folder.path).migrate({ to: "old" });
  const { changes } = await runnerOn(store, folder.path).plan();
  assertEquals(changes.map(({ id, decision }) => [id, decision]), [
    ["first", "done"],
    ["old", "done"],
    ["new", "run"],
    ["last", "run"],
  ]);
  await runnerOn(store, folder.path).migrate();
  assertEquals(logOf(store), ["first EXECUTED", "old EXECUTED", "new EXECUTED", "last EXECUTED"]);
});

Deno.test("A ChangeLog that was renamed to the id of one of its change sets is still a ChangeLog", async () => {
  const store = new MemoryStore();
  await using folder = await MigrationsFolder.make({ "2_old.ts": changeLog("b", "a") });
  await runnerOn(store, folder.path).migrate();
  await using renamed = await MigrationsFolder.make({ "5_a.ts": changeLog("b", "a") });
  const { changes, problems } = await runnerOn(store, renamed.path).plan();
  assertEquals([changes.map(({ id, order, decision }) => [id, order, decision]), problems], [
    [["a", "5.1", "done"], ["b", "5.2", "done"]],
    [],
  ]);
});

Deno.test("A ChangeLog that was edited is noticed for each change set, and can be accepted for each", async () => {
  await using folder = await makeFolder();
  const store = new MemoryStore();
  await runnerOn(store, folder.path).migrate();
  await folder.write("2_old.ts", `${changeLog("third", "second")} // edited`);
  const runner = runnerOn(store, folder.path);
  const { problems } = await runner.plan();
  assertEquals(problems.map(({ code, files }) => [code, files]), [
    ["CHANGE_EDITED", ["2_old.ts"]],
    ["CHANGE_EDITED", ["2_old.ts"]],
  ]);
  assertStringIncludes(problems[0]?.message ?? "", '"2_old.ts" (second) was edited');
  const repairs = [{ id: "second", as: "accepted" }, { id: "third", as: "accepted" }] as const;
  await runner.repair({ repairs, comment });
  const plan = await runner.plan();
  assertEquals([plan.problems, plan.changes.map(({ decision }) => decision)], [[], ["done", "done", "done", "done"]]);
});

Deno.test("The change sets of a ChangeLog are found to be duplicates of others", async () => {
  await using folder = await makeFolder("2_old.ts", "same", "second");
  await folder.write("4_same.ts", `export const author = "ann";\n${setting("same", "4")}`);
  await folder.write("2.1_other.ts", setting("other", "5"));
  const error = await assertRejects(() => runnerOn(new MemoryStore(), folder.path).migrate(), PlanError);
  assertEquals(error.problems.map(({ code, files }) => [code, files]), [
    ["DUPLICATE_ORDER", ["2.1_other.ts", "2_old.ts"]],
    ["DUPLICATE_IDENTITY", ["2_old.ts", "4_same.ts"]],
  ]);
});

Deno.test("A change set that fails is named, those before it stay, and those behind it run later", async () => {
  const store = new MemoryStore();
  let isFailing = true;
  @ChangeLog({ order: "1" })
  class Old {
    @ChangeSet({ id: "a", order: "1" })
    first({ db }: MemoryContext) {
      db.set("a", 1);
    }
    @ChangeSet({ id: "b", order: "2" })
    second({ db }: MemoryContext) {
      db.set("b", 1);
      if (isFailing) throw new Error("no");
    }
    @ChangeSet({ id: "c", order: "3" })
    third({ db }: MemoryContext) {
      db.set("c", 1);
    }
  }
  const error = await assertRejects(() => runnerOn(store, [Old]).migrate(), ChangeFailedError);
  assertEquals(error.message, 'The change unit "1.2 b" failed: no');
  assertEquals([logOf(store), dataOf(store)], [["a EXECUTED", "b FAILED"], { a: 1 }]);
  isFailing = false;
  await runnerOn(store, [Old]).migrate();
  assertEquals(dataOf(store), { a: 1, b: 1, c: 1 });
});

Deno.test("A change set cannot be undone, and the plan says why", async () => {
  await using folder = await makeFolder();
  const store = new MemoryStore();
  await runnerOn(store, folder.path).migrate();
  const { changes, problems, steps } = await runnerOn(store, folder.path).planUndo({ to: "third" });
  assertEquals(changes.map(({ id, decision }) => [id, decision]), [["last", "run"], ["third", "stop"]]);
  assertEquals(problems.map(({ code }) => code), ["CHANGE_IRREVERSIBLE"]);
  assertStringIncludes(problems[0]?.message ?? "", '"2_old.ts" (third) cannot be undone: it is a change set');
  assertEquals(steps.length, 1);
  await assertRejects(() => runnerOn(store, folder.path).undo({ all: true }), PlanError);
});

Deno.test("A ChangeLog that cannot be read any more is one problem, for plans and for undos", async () => {
  await using folder = await makeFolder();
  const store = new MemoryStore();
  await runnerOn(store, folder.path).migrate();
  await folder.write("2_old.ts", "this is no program");
  const runner = runnerOn(store, folder.path);
  const { problems } = await runner.plan();
  assertEquals(problems.map(({ code, files }) => [code, files]), [["CHANGE_UNIT_INVALID", ["2_old.ts"]]]);
  const undo = await runner.planUndo({ all: true });
  assert(undo.problems.some(({ code, files }) => code === "CHANGE_UNIT_INVALID" && files.includes("2_old.ts")));
});

Deno.test("A ChangeLog becomes a baseline up to one of its change sets", async () => {
  await using folder = await makeFolder();
  const store = new MemoryStore();
  await runnerOn(store, folder.path).baseline({ to: "second", comment });
  assertEquals([logOf(store), dataOf(store)], [["first EXECUTED", "second EXECUTED"], {}]);
  await runnerOn(store, folder.path).migrate();
  assertEquals(dataOf(store), { third: 1, last: "3" });
});

Deno.test("A repair loads the file that it is about and no other", async () => {
  await using folder = await makeFolder("2_old.ts", "repaired", "other");
  const store = new MemoryStore();
  await runnerOn(store, folder.path).migrate();
  await folder.write("1_first.ts", noting("first imported"));
  const heard = new Heard();
  const runner = runnerOn(store, folder.path, { listener: heard.listener });
  await runner.repair({ repairs: [{ id: "repaired", as: "rolled back" }], comment });
  assertEquals([notes().includes("first imported"), heard.of("deprecated").length], [false, 1]);
  await runner.repair({ repairs: [{ id: "first", as: "rolled back" }], comment });
  assertEquals([notes().includes("first imported"), heard.of("deprecated").length], [true, 1]);
});
