import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { MemoryDriver, MemoryStore, PlanError, Runner } from "../../mod.ts";
import { type ManifestRow, ManifestSource } from "../../src/source/manifest_source.ts";

const checksum = (digit: string) => `sha256:${digit.repeat(64)}`;

/** A row whose change unit sets a key; `loaded` hears of each import. */
function rowFor(file: string, digit: string, loaded: string[] = []): ManifestRow {
  const load = () => {
    loaded.push(file);
    return Promise.resolve({
      execution: ({ db }: { readonly db: Map<string, string> }) => db.set(file, digit),
      irreversible: "it is only an example",
    });
  };
  return { file, checksum: checksum(digit), load };
}

/** A manifest as somebody without a type checker may write it. */
function sourceOf(manifest: unknown): ManifestSource {
  return new ManifestSource(manifest as readonly ManifestRow[]);
}

Deno.test("ManifestSource.list() gives order, id, file and checksum of each row, and imports nothing", async () => {
  const loaded: string[] = [];
  const source = new ManifestSource([rowFor("1.9_a.ts", "a", loaded), rowFor("0002_b-c.mjs", "b", loaded)]);
  assertEquals(await source.list(), {
    changes: [
      { order: "1.9", id: "a", file: "1.9_a.ts", checksum: checksum("a"), author: null },
      { order: "0002", id: "b-c", file: "0002_b-c.mjs", checksum: checksum("b"), author: null },
    ],
    problems: [],
  });
  assertEquals(loaded, []);
  assertEquals(await new ManifestSource([]).list(), { changes: [], problems: [] });
});

Deno.test("ManifestSource imports only what the plan asks for", async () => {
  const loaded: string[] = [];
  const store = new MemoryStore();
  const run = async (...rows: ManifestRow[]) => {
    const driver = new MemoryDriver({ store });
    return await new Runner({ driver, migrations: new ManifestSource(rows) }).migrate();
  };
  const [first, second] = [rowFor("1_a.ts", "a", loaded), rowFor("2_b.ts", "b", loaded)];
  assertEquals((await run(first)).executed.map(({ file }) => file), ["1_a.ts"]);
  assertEquals((await run(first, second)).executed.map(({ file }) => file), ["2_b.ts"]);
  assertEquals((await run(first, second)).executed, []);
  assertEquals(loaded, ["1_a.ts", "2_b.ts"]);
});

Deno.test("ManifestSource has the checksums of the manifest compared with the history", async () => {
  const store = new MemoryStore();
  const runnerOn = (row: ManifestRow) =>
    new Runner({ driver: new MemoryDriver({ store }), migrations: new ManifestSource([row]) });
  await runnerOn(rowFor("1_a.ts", "a")).migrate();
  const error = await assertRejects(() => runnerOn(rowFor("1_a.ts", "b")).migrate(), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["CHANGE_EDITED"]);
});

Deno.test("ManifestSource.load() tells what is wrong with one and reads the others", async () => {
  const source = sourceOf([
    { ...rowFor("1_a.ts", "a"), load: () => Promise.reject(new Error("no such module")) },
    { ...rowFor("2_b.ts", "b"), load: () => Promise.resolve({ execution() {} }) },
    {
      ...rowFor("3_c.ts", "c"),
      load() {
        throw new Error("at once");
      },
    },
    { ...rowFor("4_d.ts", "d"), load: () => undefined },
    rowFor("5_e.ts", "e"),
  ]);
  const { changes } = await source.list();
  const readings = await source.load(changes, "ann");
  const told = readings.map((reading) =>
    "violations" in reading ? reading.violations.join() : "unit" in reading ? reading.unit.author : "several"
  );
  assertEquals(told.with(1, ""), [
    "It cannot be loaded: no such module",
    "",
    "It cannot be loaded: at once",
    "`load` of its row must give a module",
    "ann",
  ]);
  assertStringIncludes(told[1] ?? "", "`rollbackExecution` is missing");
});

Deno.test("ManifestSource.load() has nothing for a change that is not in the manifest", async () => {
  const { changes } = await new ManifestSource([rowFor("1_a.ts", "a")]).list();
  const [reading] = await new ManifestSource([]).load(changes, "ann");
  assertEquals(reading, { violations: ["It is not in the manifest"] });
});

const good = rowFor("1_a.ts", "a");

const wrong: [what: string, row: unknown, code: string, message: string][] = [
  ["is no object", "1_a.ts", "CHANGE_UNIT_INVALID", "must be an object with `file`, `checksum` and `load`"],
  ["has no file", { ...good, file: undefined }, "CHANGE_UNIT_INVALID", "has no `file`"],
  ["has a file name that almost matches", { ...good, file: "1-a.ts" }, "FILE_NAME_INVALID", '"1-a.ts", which is not'],
  ["has the name of a file that is ignored", { ...good, file: "_a.ts" }, "FILE_NAME_INVALID", "are ignored"],
  ["has a path", { ...good, file: "../1_a.ts" }, "FILE_NAME_INVALID", '"../1_a.ts", which is not'],
  ["has no checksum", { ...good, checksum: undefined }, "CHANGE_UNIT_INVALID", '"1_a.ts", has a `checksum` that'],
  ["has a short checksum", { ...good, checksum: "sha256:ab" }, "CHANGE_UNIT_INVALID", "64 hexadecimal digits"],
  ["has no load", { ...good, load: "./1_a.ts" }, "CHANGE_UNIT_INVALID", "has a `load` that is not a function"],
];

for (const [what, row, code, message] of wrong) {
  Deno.test(`ManifestSource.list() reports a row that ${what}, and lists the others`, async () => {
    const { changes, problems } = await sourceOf([rowFor("2_b.ts", "b"), row]).list();
    assertEquals(changes.map(({ file }) => file), ["2_b.ts"]);
    assertEquals(problems.map((problem) => [problem.code, problem.severity]), [[code, "error"]]);
    assertStringIncludes(problems[0]?.message ?? "", "Row 2 of the manifest");
    assertStringIncludes(problems[0]?.message ?? "", message);
    assertEquals(problems[0]?.remedies, ["Make the manifest again: denock manifest"]);
  });
}

Deno.test("ManifestSource throws TypeError for what is no list, and says how to import a manifest", () => {
  for (const manifest of [undefined, null, {}, "manifest.ts", () => []]) {
    assertThrows(() => sourceOf(manifest), TypeError, "as it is not a list of rows: make it again");
  }
  assertThrows(() => sourceOf({ default: [good] }), TypeError, 'import manifest from "./manifest.ts"');
});
