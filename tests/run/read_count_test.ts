import { assertEquals } from "@std/assert";
import { basename, join } from "@std/path";
import { FolderSource, MemoryDriver, Runner } from "../../mod.ts";

/** A change unit that tells when it is imported. */
function unitText(marker: string): string {
  return `globalThis[${JSON.stringify(marker)}] = (globalThis[${JSON.stringify(marker)}] ?? 0) + 1;\n` +
    `export const execution = () => {};\nexport const rollbackExecution = () => {};\n`;
}

/** Everything by which the folder source could look at files. */
const LOOKS = [
  "lstat",
  "lstatSync",
  "open",
  "openSync",
  "readDir",
  "readFile",
  "readTextFile",
  "readTextFileSync",
] as const;

/** What is asked of the file system while `work` runs: which folders are listed, which files are read, and all other looks. */
async function watchFiles(work: () => Promise<unknown>) {
  const { readDirSync, readFileSync } = Deno;
  const [folders, files, others]: [string[], string[], string[]] = [[], [], []];
  using stack = new DisposableStack();
  const replace = <Name extends keyof typeof Deno>(name: Name, by: typeof Deno[Name]) => {
    const before = Deno[name];
    Deno[name] = by;
    stack.defer(() => Deno[name] = before);
  };
  replace("readDirSync", (path) => {
    folders.push(basename(String(path)));
    return readDirSync(path);
  });
  replace("readFileSync", (path) => {
    files.push(basename(String(path)));
    return readFileSync(path);
  });
  for (const name of LOOKS) {
    const before: (...given: never[]) => unknown = Deno[name];
    Object.assign(Deno, {
      [name]: (...given: never[]) => {
        others.push(name);
        return before(...given);
      },
    });
    stack.defer(() => Object.assign(Deno, { [name]: before }));
  }
  await work();
  return { folders, files: files.sort(), others };
}

for (const count of [1, 600]) {
  Deno.test(`migrate() lists the folder of ${count} files once, reads each once, and imports only what is pending`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "denock-" });
    try {
      const marker = `imported ${crypto.randomUUID()}`;
      const imported = () => Reflect.get(globalThis, marker) ?? 0;
      const names = Array.from({ length: count }, (_, index) => `${String(index + 1).padStart(5, "0")}_unit.ts`)
        .map((name, index) => name.replace("unit", `unit_${index + 1}`));
      for (const name of names) await Deno.writeTextFile(join(folder, name), unitText(marker));
      const driver = new MemoryDriver();
      const migrate = () => new Runner({ driver, migrations: new FolderSource(folder) }).migrate();
      const read = { folders: [basename(folder)], files: names, others: [] };

      assertEquals(await watchFiles(migrate), read, "with everything pending");
      assertEquals(imported(), count);
      assertEquals(await watchFiles(migrate), read, "with nothing pending");
      assertEquals(imported(), count, "no change unit was imported again");

      await Deno.writeTextFile(join(folder, "99999_last.ts"), unitText(marker));
      const after = await watchFiles(migrate);
      assertEquals(after, { ...read, files: [...names, "99999_last.ts"] }, "with one pending");
      assertEquals(imported(), count + 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** A module that was imported once is never evaluated again, but one at another place is. */
Deno.test("migrate() imports no change unit that is executed, also from a place that it has never been imported from", async () => {
  const folders = [await Deno.makeTempDir({ prefix: "denock-" }), await Deno.makeTempDir({ prefix: "denock-" })];
  try {
    const marker = `imported ${crypto.randomUUID()}`;
    for (const folder of folders) await Deno.writeTextFile(join(folder, "1_first.ts"), unitText(marker));
    const driver = new MemoryDriver();
    const executed: number[] = [];
    for (const folder of folders) {
      executed.push((await new Runner({ driver, migrations: folder }).migrate()).executed.length);
    }
    assertEquals([executed, Reflect.get(globalThis, marker)], [[1, 0], 1]);
  } finally {
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
});
