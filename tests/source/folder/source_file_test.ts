import { assertEquals, assertNotEquals } from "@std/assert";
import { digestOfFiles, readFiles, type SourceFile } from "../../../src/source/folder/source_file.ts";
import { MigrationsFolder } from "../../fixtures/migrations_folder.ts";

function file(name: string, text: string): SourceFile {
  return { name, bytes: new TextEncoder().encode(text) };
}

const files = [file("1_a.ts", "one"), file("2_b.ts", "two")];

const others: readonly [what: string, files: readonly SourceFile[]][] = [
  ["another text", [file("1_a.ts", "one"), file("2_b.ts", "too")]],
  ["another name", [file("1_a.ts", "one"), file("2_c.ts", "two")]],
  ["one file less", [file("1_a.ts", "one")]],
  ["one file more", [...files, file("3_c.ts", "")]],
  ["a border between two files that is elsewhere", [file("1_a.ts", "onet"), file("2_b.ts", "wo")]],
  ["the texts of two files in each other's place", [file("1_a.ts", "two"), file("2_b.ts", "one")]],
  ["a name that looks like the end of a list", [file('1_a.ts",3],["2_b.ts', "onetwo")]],
  ["nothing", []],
];

for (const [what, different] of others) {
  Deno.test(`digestOfFiles() is another with ${what}`, async () => {
    assertNotEquals(await digestOfFiles(different), await digestOfFiles(files));
  });
}

Deno.test("digestOfFiles() is the same for the same", async () => {
  assertEquals(await digestOfFiles([file("1_a.ts", "one"), file("2_b.ts", "two")]), await digestOfFiles(files));
});

/** A disk on which every file takes this long. */
function slowDown(milliseconds: number): Disposable & { readonly calls: { near: number; far: number } } {
  const { readFile, readFileSync } = Deno;
  const calls = { near: 0, far: 0 };
  Deno.readFileSync = (path) => {
    calls.near++;
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return readFileSync(path);
  };
  Deno.readFile = (path, options) => {
    calls.far++;
    return readFile(path, options);
  };
  const restore = () => Object.assign(Deno, { readFile, readFileSync });
  return { calls, [Symbol.dispose]: restore };
}

for (const [where, milliseconds, near] of [["near", 0, 200], ["far away", 1, 64]] as const) {
  Deno.test(`readFiles() reads a folder that is ${where} in the way that is fast there, and in order`, async () => {
    const names = Array.from({ length: 200 }, (_, index) => `${String(index).padStart(3, "0")}_a.ts`);
    await using folder = await MigrationsFolder.make(Object.fromEntries(names.map((name) => [name, name])));
    using slow = slowDown(milliseconds);
    const read = await readFiles(names.map((name) => ({ name, path: `${folder.path}/${name}` })));
    assertEquals(
      read.map(({ name, bytes }) => `${name} ${new TextDecoder().decode(bytes)}`),
      names.map((n) => `${n} ${n}`),
    );
    assertEquals(slow.calls, { near, far: 200 - near });
  });
}
