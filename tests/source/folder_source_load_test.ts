import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ChangeUnitReading } from "../../src/change_unit/read_change_unit.ts";
import { MemoryStore } from "../../src/drivers/memory/memory_store.ts";
import { FolderSource } from "../../src/source/folder_source.ts";
import { dataOf, runnerOn } from "../fixtures/memory.ts";
import { MigrationsFolder, notes, noting, setting } from "../fixtures/migrations_folder.ts";

/** Lists a folder and loads all of it, by file. */
async function loadAll(folder: MigrationsFolder): Promise<Map<string, ChangeUnitReading>> {
  const source = new FolderSource(folder.path);
  const { changes } = await source.list();
  const readings = await source.load(changes, "default-author");
  assertEquals(readings.length, changes.length);
  return new Map(changes.map(({ file }, index) => [file ?? "", readings[index] ?? { violations: ["no reading"] }]));
}

/** The author in a file, or what is wrong with it. */
function told(reading: ChangeUnitReading | undefined): string {
  if (reading === undefined) return "nothing";
  if ("units" in reading) return reading.units.map(({ id }) => id).join();
  return "unit" in reading ? reading.unit.author : reading.violations.join("\n");
}

function by(author: string): string {
  return `export const author = ${JSON.stringify(author)};\n` + setting("a", author);
}

Deno.test("FolderSource.load() loads TypeScript and JavaScript, in both forms", async () => {
  const typed = "const author: string = 'typed';\nexport { author };\nexport function execution(): void {}\n" +
    "export const irreversible = 'no data' as const;\n";
  const object = "export default { author: 'object', execution() {}, rollbackExecution() {} };\n";
  await using folder = await MigrationsFolder.make({
    "1_a.ts": typed,
    "2_b.mts": typed,
    "3_c.js": object,
    "4_d.mjs": object,
  });
  const readings = await loadAll(folder);
  assertEquals([...readings.values()].map(told), ["typed", "typed", "object", "object"]);
});

Deno.test("FolderSource.load() keeps what was listed, and fills in the default author", async () => {
  await using folder = await MigrationsFolder.make({ "0001_a.ts": setting("a", "1") });
  const source = new FolderSource(folder.path);
  const { changes: [listed] } = await source.list();
  assert(listed !== undefined);
  const [reading] = await source.load([listed], "carl");
  assert(reading !== undefined && "unit" in reading);
  const { order, id, file, checksum, author } = reading.unit;
  assertEquals({ order, id, file, checksum, author }, { ...listed, author: "carl" });
});

Deno.test("FolderSource.load() loads a file whose path has letters that mean something in a URL", async () => {
  await using folder = await MigrationsFolder.make({ "../a #1%20?b é/1_a.ts": by("ann") });
  const source = new FolderSource(`${folder.path}/../a #1%20?b é`);
  const [reading] = await source.load((await source.list()).changes, "default-author");
  assertEquals(told(reading), "ann");
});

const broken: [what: string, text: string, violation: RegExp][] = [
  ["a syntax error", "export const = 1;", /^It cannot be loaded: .*(expected|Expected|Expression|Unexpected)/],
  ["a module that throws", 'throw new Error("not today");', /^It cannot be loaded: not today$/],
  ["a module that throws something else than an error", 'throw "not today";', /^It cannot be loaded: not today$/],
  ["an import that is not there", 'import "./_gone.ts";', /^It cannot be loaded: .*_gone\.ts/],
  ["a module without change unit", "export const rows = [];", /`execution` is missing/],
];

for (const [what, text, violation] of broken) {
  Deno.test(`FolderSource.load() tells of ${what} and loads the others`, async () => {
    await using folder = await MigrationsFolder.make({ "1_a.ts": by("ann"), "2_b.ts": text, "3_c.ts": by("carl") });
    const readings = await loadAll(folder);
    assertMatch(told(readings.get("2_b.ts")), violation);
    assertEquals([told(readings.get("1_a.ts")), told(readings.get("3_c.ts"))], ["ann", "carl"]);
  });
}

Deno.test("FolderSource.load() tells of a file that was removed after it was listed", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": by("ann") });
  const source = new FolderSource(folder.path);
  const { changes } = await source.list();
  await Deno.remove(`${folder.path}/1_a.ts`);
  assertMatch(told((await source.load(changes, "default-author"))[0]), /^It cannot be loaded: /);
});

Deno.test("FolderSource.load() reloads a module that was edited since it was loaded", async () => {
  await using folder = await MigrationsFolder.make();
  for (const author of ["ann", "bob", "ann", "carl"]) {
    await folder.write("1_a.ts", by(author));
    assertEquals(told((await loadAll(folder)).get("1_a.ts")), author);
  }
});

Deno.test("FolderSource.load() loads a module whose syntax error was mended", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": "export const = 1;" });
  assertMatch(told((await loadAll(folder)).get("1_a.ts")), /^It cannot be loaded/);
  await folder.write("1_a.ts", by("ann"));
  assertEquals(told((await loadAll(folder)).get("1_a.ts")), "ann");
});

/** 150 files by authors of their own, some of them other than that. */
async function makeLargeFolder(others: Record<string, string> = {}): Promise<MigrationsFolder> {
  const names = Array.from({ length: 150 }, (_, index) => `${index + 1}_unit.ts`);
  return await MigrationsFolder.make({ ...Object.fromEntries(names.map((name) => [name, by(name)])), ...others });
}

Deno.test("FolderSource.load() loads 150 files together: none waits until the one before it is through", async () => {
  notes().length = 0;
  const slow = `await new Promise((resolve) => setTimeout(resolve, 20));\n${noting("slow")}${by("1_unit.ts")}`;
  await using folder = await makeLargeFolder({ "1_unit.ts": slow, "2_unit.ts": noting("quick") + by("2_unit.ts") });
  const readings = await loadAll(folder);
  assertEquals(notes(), ["quick", "slow"]);
  for (const [file, reading] of readings) assertEquals(told(reading), file);
});

for (const [what, text, violation] of broken) {
  Deno.test(`FolderSource.load() tells of ${what} among 150 files, and loads the others`, async () => {
    await using folder = await makeLargeFolder({ "77_unit.ts": text });
    const readings = await loadAll(folder);
    for (const [file, reading] of readings) {
      if (file === "77_unit.ts") assertMatch(told(reading), violation);
      else assertEquals(told(reading), file);
    }
  });
}

Deno.test("FolderSource and Runner never import what is executed and unchanged", async () => {
  notes().length = 0;
  const files = { "1_a.ts": noting("a") + setting("a", "1"), "2_b.ts": noting("b") + setting("b", "1") };
  const store = new MemoryStore();
  await using first = await MigrationsFolder.make(files);
  await runnerOn(store, first.path).migrate();
  assertEquals(notes(), ["a", "b"]);

  // Another folder, because the runtime would not evaluate a module of the same URL a second time anyway.
  await using second = await MigrationsFolder.make({ ...files, "3_c.ts": noting("c") + setting("c", "1") });
  const { executed } = await runnerOn(store, second.path).migrate();
  assertEquals(executed.map(({ id }) => id), ["c"]);
  assertEquals(notes(), ["a", "b", "c"]);

  await using third = await MigrationsFolder.make({ ...files, "3_c.ts": noting("c") + setting("c", "1") });
  await runnerOn(store, third.path).migrate();
  await runnerOn(store, third.path).plan();
  assertEquals(notes(), ["a", "b", "c"]);
  assertEquals(dataOf(store), { a: "1", b: "1", c: "1" });
});
