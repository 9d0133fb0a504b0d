import { assert, assertEquals } from "@std/assert";
import { toFileUrl } from "@std/path";
import { FolderSource } from "../../src/source/folder_source.ts";
import { writeManifest } from "../../src/source/write_manifest.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";
import { ROOT } from "../fixtures/source_files.ts";

const module = (path: string) => JSON.stringify(toFileUrl(`${ROOT}/${path}`).href);

/** A program beside the folder that migrates from the manifest; `open` makes its driver. */
function programWith(open: string): string {
  return `
    import manifest from "./migrations/manifest.ts";
    import { MemoryDriver, Runner } from ${module("mod.ts")};
    import { openDatabase, SqliteDriver } from ${module("src/drivers/sqlite/mod.ts")};
    import { ManifestSource } from ${module("src/source/manifest_source.ts")};
    ${open}
    const report = await new Runner<any>({ driver, migrations: new ManifestSource(manifest) }).migrate();
    console.log("executed " + report.executed.map(({ file }) => file).join());
  `;
}

async function makeManifest(folder: MigrationsFolder): Promise<void> {
  await folder.write("manifest.ts", writeManifest(await new FolderSource(folder.path).list()));
}

/** Runs the program beside the folder, with these permissions only, and gives the lines that it wrote. */
async function runProgram(folder: MigrationsFolder, ...permissions: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", `--config=${ROOT}/deno.json`, ...permissions, "../program.ts"],
    cwd: folder.path,
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

/** A change unit that says when it is imported, and when one of its methods runs. */
const saying = (name: string) =>
  `console.log("imported ${name}");
  export const execution = ({ db }: any) => "exec" in db ? db.exec("CREATE TABLE ${name} (a TEXT)") : db.set("${name}", 1);
  export const irreversible = "it is only an example";\n`;

Deno.test("A runner on a manifest migrates without any permission", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": saying("a"), "2_b.ts": saying("b") });
  await makeManifest(folder);
  await folder.write("../program.ts", programWith("const driver = new MemoryDriver();"));
  const expected = ["imported a", "imported b", "executed 1_a.ts,2_b.ts"];
  assertEquals(await runProgram(folder), expected);
  assertEquals(await runProgram(folder, "--deny-read", "--deny-write", "--deny-env"), expected);
});

Deno.test("A runner on a manifest needs permissions for its SQLite file alone, and imports only what is pending", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": saying("a"), "9_b.ts": saying("b") });
  await makeManifest(folder);
  const open = 'using database = openDatabase("../shop.db"); await using driver = new SqliteDriver({ database });';
  await folder.write("../program.ts", programWith(open));
  const permissions = ["--allow-read=../shop.db", "--allow-write=../shop.db", `--deny-read=${folder.path}`];
  assertEquals(await runProgram(folder, ...permissions), ["imported a", "imported b", "executed 1_a.ts,9_b.ts"]);
  await folder.write("10_c.ts", saying("c"));
  assertEquals(await runProgram(folder, ...permissions), ["executed"], "a stale manifest leaves new files out");
  await makeManifest(folder);
  assertEquals(await runProgram(folder, ...permissions), ["imported c", "executed 10_c.ts"]);
});

Deno.test("A manifest has the type that ManifestSource takes, also when it is empty", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": "export const execution = 1;\n" });
  const program = `import manifest from "./manifest.ts";
    import { ManifestSource } from ${module("src/source/manifest_source.ts")};
    new ManifestSource(manifest);`;
  await folder.write("_use.ts", program);
  for (const listing of [await new FolderSource(folder.path).list(), { changes: [], problems: [] }]) {
    await folder.write("manifest.ts", writeManifest(listing));
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${ROOT}/deno.json`, `${folder.path}/_use.ts`],
    }).output();
    assert(code === 0, new TextDecoder().decode(stderr));
  }
});
