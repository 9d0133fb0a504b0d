import { assert, assertEquals } from "@std/assert";
import { importModules } from "../../src/source/import_modules.ts";
import { MigrationsFolder, notes, noting } from "../fixtures/migrations_folder.ts";

/** A module that exports a value, as a URL. */
function moduleOf(value: unknown, effect = ""): { url: string; version: string } {
  const source = `${effect}export const value = ${JSON.stringify(value)};`;
  return { url: `data:text/javascript,${encodeURIComponent(source)}`, version: "1" };
}

for (const count of [0, 1, 99, 100, 101, 500, 501]) {
  Deno.test(`importModules() gives ${count} results in the order of ${count} requests`, async () => {
    const results = await importModules(Array.from({ length: count }, (_, index) => moduleOf(index)));
    const values = results.map((result) => "module" in result ? result.module.value : result);
    assertEquals(values, Array.from({ length: count }, (_, index) => index));
  });
}

Deno.test("importModules() gives the error of each module that cannot be imported", async () => {
  const requests = [moduleOf(1), moduleOf(2, 'throw new RangeError("no");'), moduleOf(3)];
  const results = await importModules(requests);
  assertEquals(results.map((result) => "module" in result), [true, false, true]);
  assert(results[1] !== undefined && "error" in results[1] && results[1].error instanceof RangeError);
});

Deno.test("importModules() evaluates no module twice, also when one of many cannot be imported", async () => {
  notes().length = 0;
  const good = Array.from({ length: 120 }, (_, index) => moduleOf(index, noting(`${index}`)));
  const results = await importModules([...good.slice(0, 60), moduleOf(0, "throw 1;"), ...good.slice(60)]);
  assertEquals(results.filter((result) => "error" in result).length, 1);
  assertEquals(notes().length, 120);
  assertEquals(new Set(notes()).size, 120);
});

Deno.test("importModules() gives the same module for the same version, and another one for another", async () => {
  await using folder = await MigrationsFolder.make();
  const url = `file://${folder.path}/module.js`;
  const load = async (value: number, version: string): Promise<unknown> => {
    await folder.write("module.js", `export const value = ${value};`);
    const [result] = await importModules([{ url, version }]);
    return result !== undefined && "module" in result ? result.module.value : result;
  };
  assertEquals(await load(1, "sha256:one"), 1);
  assertEquals(await load(2, "sha256:two"), 2);
  assertEquals(await load(3, "sha256:one"), 1);
  assertEquals(await load(4, "sha256:two"), 2);
});
