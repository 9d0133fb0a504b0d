import { assertEquals, assertStringIncludes } from "@std/assert";
import { toFileUrl } from "@std/path";
import { FolderSource, ManifestSource, validateSource, writeManifest } from "../../mod.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";
import { ROOT } from "../fixtures/source_files.ts";

const FILES = {
  "1_a.sql": "CREATE TABLE a (b);\n-- denock: rollback\nDROP TABLE a;\n",
  "2_b.sql": "CREATE TABLE c (d);\n",
  "2_b.undo.sql": "DROP TABLE c;\n",
};

async function makeManifest(folder: MigrationsFolder): Promise<string> {
  const text = writeManifest(await new FolderSource(folder.path).list());
  await folder.write("manifest.ts", text);
  return text;
}

const module = (path: string) => JSON.stringify(toFileUrl(`${ROOT}/${path}`).href);

Deno.test("a manifest imports SQL files as texts, both files of a pair", async () => {
  await using folder = await MigrationsFolder.make(FILES);
  const text = await makeManifest(folder);
  assertStringIncludes(text, 'load: () => import("./1_a.sql", { with: { type: "text" } }),\n  },');
  assertStringIncludes(
    text,
    'load: () => import("./2_b.sql", { with: { type: "text" } }),\n' +
      '    undo: () => import("./2_b.undo.sql", { with: { type: "text" } }),\n  },',
  );
});

Deno.test("a program executes and undoes the SQL files of a manifest, and needs no permission for them", async () => {
  await using folder = await MigrationsFolder.make(FILES);
  await makeManifest(folder);
  await folder.write(
    "../program.ts",
    `import manifest from "./migrations/manifest.ts";
    import { ManifestSource, Runner } from ${module("mod.ts")};
    import { openDatabase, SqliteDriver } from ${module("src/drivers/sqlite/mod.ts")};
    using database = openDatabase(":memory:");
    await using driver = new SqliteDriver({ database });
    const runner = new Runner<object>({ driver, migrations: new ManifestSource(manifest) });
    const names = () => database.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE '%denock%'").all()
      .map(({ name }) => name).join();
    await runner.migrate();
    console.log(names());
    await runner.undo({ count: 1 });
    console.log(names());`,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--check", "--quiet", "--no-prompt", `--config=${ROOT}/deno.json`, "../program.ts"],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(new TextDecoder().decode(stdout), "a,c\na\n");
});

/** What is wrong with the first row of a manifest over FILES, after a change of it. */
async function violationsOf(change: (row: Record<string, unknown>) => Record<string, unknown>): Promise<string> {
  await using folder = await MigrationsFolder.make(FILES);
  const { changes } = await new FolderSource(folder.path).list();
  const { file, checksum } = changes.find(({ id }) => id === "b") ?? {};
  const textModule = (name: keyof typeof FILES) => () => Promise.resolve({ default: FILES[name] });
  const row = { file, checksum, load: textModule("2_b.sql"), undo: textModule("2_b.undo.sql") };
  const manifest = [change(row)] as unknown as ConstructorParameters<typeof ManifestSource>[0];
  const { problems } = await validateSource({ migrations: new ManifestSource(manifest) });
  return problems.map(({ message }) => message).join("\n");
}

const rows: [name: string, change: (row: Record<string, unknown>) => Record<string, unknown>, expected: string][] = [
  ["as it should be", (row) => row, ""],
  [
    "of a stale manifest",
    (row) => ({ ...row, load: () => Promise.resolve({ default: "SELECT 1;" }) }),
    "It was edited since",
  ],
  ["that has lost its undo file", ({ undo: _, ...row }) => row, "It was edited since"],
  [
    "with a module in place of a text",
    (row) => ({ ...row, load: () => Promise.resolve({ default: {} }) }),
    'type: "text"',
  ],
  ["with an undo that is no function", (row) => ({ ...row, undo: "2_b.undo.sql" }), "that is not a function"],
  ["for the undo file", (row) => ({ ...row, file: "2_b.undo.sql" }), 'it undoes "2_b.sql"'],
];

for (const [name, change, expected] of rows) {
  Deno.test(`a row for a SQL file ${name} is ${expected === "" ? "read" : "a problem"}`, async () => {
    const found = await violationsOf(change);
    if (expected === "") assertEquals(found, "");
    else assertStringIncludes(found, expected);
  });
}
