import { assertEquals, assertRejects } from "@std/assert";
import { HistoryError, type HistoryRange, MemoryDriver, MemoryStore, PlanError } from "../../mod.ts";
import { counting, dataOf, irreversible, logOf, type MemoryChange, runnerOn } from "../fixtures/memory.ts";
import { withChecksums } from "../fixtures/with_checksums.ts";
import { MigrationsFolder, noting, setting } from "../fixtures/migrations_folder.ts";

const units: readonly MemoryChange[] = [counting("1", "a"), counting("2", "b"), counting("3", "c")];
const failing = () => Promise.reject(new Error("not today"));

/** A driver that keeps how many entries each read has given. */
class ReadingDriver extends MemoryDriver {
  readonly read: number[] = [];

  override async readHistory(range?: HistoryRange) {
    const entries = await super.readHistory(range);
    this.read.push(entries.length);
    return entries;
  }
}

type Options = Parameters<typeof runnerOn>[2];

/** A runner as in another process. What is in memory gets checksums, as files have. */
function another(store: MemoryStore, migrations: readonly MemoryChange[] | string, options: Options = {}) {
  return runnerOn(store, typeof migrations === "string" ? migrations : withChecksums(migrations), options);
}

/** Migrates once more; gives how many entries each read gave, and what was executed. */
async function start(store: MemoryStore, migrations: readonly MemoryChange[] | string, options: Options = {}) {
  const driver = new ReadingDriver({ store });
  const report = await another(store, migrations, { ...options, driver }).migrate();
  return { read: driver.read, executed: report.executed.map(({ id }) => id), done: report.done, report };
}

/** Which entries vouch for all. */
function vouching({ entries }: MemoryStore): number[] {
  return entries.filter(({ settled }) => settled !== null).map(({ seq }) => seq);
}

const nothing = { executed: [] as string[], done: 3 };

for (
  const [how, options, list] of [
    ["a transaction each", {}, units],
    ["one transaction", { transactionStrategy: "run" }, units],
    ["two a transaction", { unitsPerTransaction: 2 }, units],
    ["no transactions", { transactionStrategy: "none" }, units],
    ["before steps", {}, units.map((unit) => ({ ...unit, beforeExecution() {}, rollbackBeforeExecution() {} }))],
  ] as const
) {
  Deno.test(`Behind all that is pending, executed with ${how}, the last entry vouches for all, and is all that is read`, async () => {
    const store = new MemoryStore();
    await start(store, list, options);
    assertEquals(vouching(store), [store.entries.length]);
    const { read, executed, done } = await start(store, list, options);
    assertEquals({ read, executed, done }, { read: [1], ...nothing });
    const more = await start(store, [...list, counting("4", "d")], options);
    assertEquals([more.executed, more.done], [["d"], 3]);
    assertEquals((await start(store, [...list, counting("4", "d")], options)).read, [1]);
  });
}

Deno.test("An entry that vouches for other files counts for nothing", async () => {
  const store = new MemoryStore();
  await start(store, units);
  const whole = store.entries.length;
  const older = await start(store, units.slice(0, 2));
  assertEquals(older.read, [whole]);
  assertEquals(older.report.warnings.map(({ code }) => code), ["CHANGE_MISSING_NEWER"]);
  await assertRejects(() => start(store, units.slice(1)), PlanError, "missing");
});

Deno.test("An edited file is found behind an entry that vouches for what it was", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": setting("a", "1"), "2_b.ts": setting("b", "2") });
  const store = new MemoryStore();
  await start(store, folder.path);
  assertEquals((await start(store, folder.path)).read, [1]);
  await folder.write("1_a.ts", setting("a", "2"));
  await assertRejects(() => start(store, folder.path), PlanError, "was edited");
  await folder.write("1_a.ts", setting("a", "1"));
  await folder.write("1_a.tsx", "");
  await assertRejects(() => start(store, folder.path), PlanError, "1_a.tsx");
});

/** How many digests are computed while `work` runs. */
async function countDigests(work: () => Promise<unknown>): Promise<number> {
  const { digest } = crypto.subtle;
  let count = 0;
  crypto.subtle.digest = (...given) => {
    count++;
    return digest.apply(crypto.subtle, given);
  };
  try {
    await work();
  } finally {
    crypto.subtle.digest = digest;
  }
  return count;
}

Deno.test("A plan takes checksums from a history whose newest entry vouches for the files; validate computes each", async () => {
  const names = ["1_a.ts", "2_b.ts", "3_c.ts"];
  await using folder = await MigrationsFolder.make(Object.fromEntries(names.map((name) => [name, setting(name, "")])));
  const store = new MemoryStore();
  await start(store, folder.path);
  const decisions = async () => (await another(store, folder.path).plan()).changes.map(({ decision }) => decision);
  assertEquals(await countDigests(decisions), 1);
  assertEquals(await decisions(), ["done", "done", "done"]);
  assertEquals(
    await countDigests(() => another(store, folder.path).validate()),
    1 + store.entries.length + names.length,
  );
  assertEquals(await countDigests(() => start(store, folder.path)), 2, "of the folder and of the newest entry");
  // Undone as ann's and executed as bob's, and back again: the file has two checksums in the history.
  await another(store, folder.path).undo({ to: "c" });
  await folder.write("3_c.ts", `export const author = "bob";\n${setting("3_c.ts", "")}`);
  await start(store, folder.path);
  await another(store, folder.path).undo({ to: "c" });
  await folder.write("3_c.ts", setting("3_c.ts", ""));
  await start(store, folder.path);
  assertEquals(await decisions(), ["done", "done", "done"]);
  await folder.write("2_b.ts", setting("2_b.ts", "edited"));
  assertEquals(await decisions(), ["done", "stop", "done"]);
});

Deno.test("Nothing vouches behind a failure, whichever change unit it is and however it goes on", async () => {
  for (const [index, { id, order }] of units.entries()) {
    const store = new MemoryStore();
    const broken = units.with(index, irreversible(order, id, { execution: failing, failFast: false }));
    await start(store, broken);
    assertEquals(vouching(store), []);
    assertEquals((await start(store, broken)).report.failed.map((failed) => failed.id), [id]);
    assertEquals((await start(store, units)).executed, [id]);
    const { executed, done, read } = await start(store, units);
    assertEquals({ executed, done, read }, { ...nothing, read: [1] });
  }
});

Deno.test("Nothing vouches for what has to be looked at in each start", async () => {
  const others: readonly [Partial<MemoryChange>, Options][] = [
    [{ runAlways: true }, {}],
    [{ profiles: ["production"] }, {}],
  ];
  for (const [said, options] of others) {
    const store = new MemoryStore();
    const list = [...units, counting("4", "d", said)];
    await start(store, list, options);
    assertEquals(vouching(store), [], JSON.stringify(said));
  }
  const store = new MemoryStore();
  await start(store, units, {});
  await start(store, [...units.slice(1), counting("4", "d")], { rules: { missing: "warn" } });
  assertEquals(vouching(store), [4]);
});

Deno.test("Nothing vouches where files lie behind the limit, and a limit looks at all", async () => {
  const store = new MemoryStore();
  await another(store, units).migrate({ count: 2 });
  assertEquals(vouching(store), []);
  await another(store, units).migrate({ to: "c" });
  assertEquals(vouching(store).length, 1);
  const driver = new ReadingDriver({ store });
  await another(store, units, { driver }).migrate({ count: 2 });
  assertEquals(driver.read, [store.entries.length]);
  await assertRejects(() => another(store, units).migrate({ to: "nowhere" }), PlanError);
});

Deno.test("An undo, a repair and a baseline end what an entry vouches for", async () => {
  const store = new MemoryStore();
  await start(store, units);
  await another(store, units).undo({ count: 1 });
  assertEquals((await start(store, units)).executed, ["c"]);
  const comment = { by: "ann", reason: "looked" };
  await another(store, units).repair({ repairs: [{ id: "b", as: "rolled back" }], comment });
  assertEquals((await start(store, units, { rules: { outOfOrder: "run" } })).executed, ["b"]);
  assertEquals(dataOf(store).b, 2);
});

Deno.test("Nothing vouches for change units without checksums, whose edits nobody sees", async () => {
  const store = new MemoryStore();
  await runnerOn(store, units).migrate();
  assertEquals(vouching(store), []);
  const driver = new ReadingDriver({ store });
  const always = units.with(1, counting("2", "b", { runAlways: true }));
  assertEquals((await runnerOn(store, always, { driver }).migrate()).executed.map(({ id }) => id), ["b"]);
});

Deno.test("A ChangeLog is imported in each start, so nothing vouches for it", async () => {
  const text = `${noting("imported")}
import { ChangeLog, ChangeSet } from "${new URL("../../mod.ts", import.meta.url)}";
@ChangeLog({})
export default class Clients {
  @ChangeSet({ id: "a", order: "1", author: "ann" })
  one({ db }) { db.set("a", 1); }
}`;
  await using folder = await MigrationsFolder.make({ "0001_clients.ts": text });
  const store = new MemoryStore();
  assertEquals((await start(store, folder.path)).executed, ["a"]);
  assertEquals(vouching(store), []);
});

Deno.test("A newest entry that was edited by hand is not believed", async () => {
  const store = new MemoryStore();
  await start(store, units);
  const [newest] = store.entries.splice(-1);
  if (newest !== undefined) store.entries.push({ ...newest, executionHostname: "another" });
  await assertRejects(() => start(store, units), HistoryError, "was edited");
});

Deno.test("A gap in the history is found by validate, list and whatever has something to do", async () => {
  const store = new MemoryStore();
  await start(store, units);
  store.entries.splice(1, 1);
  assertEquals((await start(store, units)).executed, [], "the newest entry vouches");
  const more = [...units, counting("4", "d")];
  for (
    const look of [
      () => another(store, units).validate(),
      () => another(store, units).history(),
      () => another(store, units).plan(),
      () => start(store, more),
    ]
  ) await assertRejects(look, HistoryError, "removed by hand");
  assertEquals(logOf(store).length, 2);
});
