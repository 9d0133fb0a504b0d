import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { DatabaseSync } from "node:sqlite";
import {
  ChangeFailedError,
  FolderSource,
  MemoryDriver,
  MigrationError,
  PlanError,
  type ProblemCode,
  Runner,
  validateSource,
} from "../../mod.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";

const CREATE_USERS = `-- denock: author=ann
CREATE TABLE users (name TEXT NOT NULL) STRICT;
INSERT INTO users VALUES ('ann; -- not a comment'), ('ben');

-- denock: rollback
DROP TABLE users;
`;

/** A runner on a database in memory and a folder of these files. */
async function withRunner(
  files: Readonly<Record<string, string>>,
  work: (runner: Runner<object>, database: DatabaseSync, folder: MigrationsFolder) => Promise<void>,
): Promise<void> {
  await using folder = await MigrationsFolder.make(files);
  using database = openDatabase(":memory:");
  await using driver = new SqliteDriver({ database });
  await work(new Runner<object>({ driver, migrations: folder.path }), database, folder);
}

function tablesIn(database: DatabaseSync): string[] {
  return database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'denock%' ORDER BY name",
  )
    .all().map(({ name }) => String(name));
}

async function problemsOf(work: () => Promise<unknown>): Promise<ProblemCode[]> {
  const error = await assertRejects(work, PlanError);
  return error.problems.map(({ code }) => code);
}

Deno.test("SQL files and modules of one folder are executed in order, recorded with their checksums, and undone", async () => {
  await withRunner({
    "0001_create_users.sql": CREATE_USERS,
    "0002_add_age.ts": `export const execution = ({ db }) => db.exec("ALTER TABLE users ADD COLUMN age INTEGER");
      export const rollbackExecution = ({ db }) => db.exec("ALTER TABLE users DROP COLUMN age");`,
    "0003_create_orders.sql": "CREATE TABLE orders (id INTEGER) STRICT;",
    "0003_create_orders.undo.sql": "DROP TABLE orders;",
  }, async (runner, database) => {
    const { executed } = await runner.migrate();
    assertEquals(executed.map(({ file }) => file), [
      "0001_create_users.sql",
      "0002_add_age.ts",
      "0003_create_orders.sql",
    ]);
    assertEquals(executed[0]?.author, "ann");
    assertEquals(tablesIn(database), ["orders", "users"]);
    assertEquals(database.prepare("SELECT name FROM users").all().map(({ name }) => name), [
      "ann; -- not a comment",
      "ben",
    ]);
    assertEquals((await runner.migrate()).executed, []);
    assertEquals((await runner.validate()).problems, []);
    await runner.undo({ to: "create_users" });
    assertEquals(tablesIn(database), []);
    assertEquals((await runner.history()).at(-1)?.state, "ROLLED_BACK");
  });
});

Deno.test("a SQL file that fails in its middle leaves nothing behind, and is FAILED", async () => {
  await withRunner({
    "0001_create_users.sql": `CREATE TABLE users (name TEXT);\nSELECT * FROM nowhere;\n-- denock: rollback\nSELECT 1;`,
  }, async (runner, database) => {
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError, "0001_create_users.sql");
    assertStringIncludes(error.message, "no such table: nowhere");
    assertEquals(tablesIn(database), []);
    assertEquals((await runner.history()).at(-1)?.state, "FAILED");
  });
});

Deno.test("a SQL file without a transaction that fails is undone by its rollback part", async () => {
  await withRunner({
    "0001_create_users.sql": `-- denock: transactional=false
CREATE TABLE users (name TEXT);
SELECT * FROM nowhere;
-- denock: rollback
DROP TABLE IF EXISTS users;
CREATE TABLE traces (name TEXT);`,
  }, async (runner, database) => {
    await assertRejects(() => runner.migrate(), ChangeFailedError, "nowhere");
    assertEquals(tablesIn(database), ["traces"]);
    assertEquals((await runner.history()).map(({ state }) => state), ["STARTED", "STARTED", "ROLLED_BACK"]);
  });
});

Deno.test("BEGIN in a SQL file is refused in its transaction", async () => {
  await withRunner({
    "0001_create_users.sql": "BEGIN;\nCREATE TABLE users (name TEXT);\nCOMMIT;\n-- denock: rollback\nDROP TABLE users;",
  }, async (runner, database) => {
    const { cause } = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assert(cause instanceof MigrationError && cause.code === "REFUSED_IN_TRANSACTION", String(cause));
    assertEquals(tablesIn(database), []);
  });
});

for (const file of ["0001_create_users.sql", "0001_create_users.undo.sql"]) {
  Deno.test(`an edit of ${file} is found after the execution`, async () => {
    const files = {
      "0001_create_users.sql": "CREATE TABLE users (a);",
      "0001_create_users.undo.sql": "DROP TABLE users;",
    };
    await withRunner(files, async (runner, _, folder) => {
      await runner.migrate();
      await folder.write(file, "DROP TABLE users; SELECT 1;");
      assertEquals(await problemsOf(() => runner.migrate()), ["CHANGE_EDITED"]);
      await folder.write("0001_create_users.sql", "CREATE TABLE users (a);\r\n".trimEnd());
      await folder.write("0001_create_users.undo.sql", "\uFEFFDROP TABLE users;");
      assertEquals((await runner.migrate()).executed, []);
    });
  });
}

const wrongFolders: [name: string, files: Record<string, string>, codes: ProblemCode[]][] = [
  ["a SQL file without a rollback", { "1_a.sql": "SELECT 1;" }, ["CHANGE_UNIT_INVALID"]],
  ["an undo file without its change unit", { "1_a.undo.sql": "SELECT 1;" }, ["CHANGE_UNIT_INVALID"]],
  ["an undo file beside a module", { "1_a.ts": "", "1_a.undo.sql": "SELECT 1;" }, [
    "CHANGE_UNIT_INVALID",
    "CHANGE_UNIT_INVALID",
  ]],
  ["a SQL file with a name that almost matches", { "schema.sql": "SELECT 1;" }, ["FILE_NAME_INVALID"]],
  [
    "a SQL file and a module with one order",
    {
      "1_a.sql": "SELECT 1;\n-- denock: rollback\nSELECT 2;",
      "1_b.ts": 'export const execution = () => {}; export const irreversible = "why";',
    },
    ["DUPLICATE_ORDER"],
  ],
];

for (const [name, files, codes] of wrongFolders) {
  Deno.test(`${name} is a problem, and nothing is run`, async () => {
    await withRunner(files, async (runner, _, folder) => {
      assertEquals(await problemsOf(() => runner.migrate()), codes);
      assertEquals((await validateSource({ migrations: folder.path })).problems.map(({ code }) => code), codes);
    });
  });
}

Deno.test("a symbolic link that leads out of the folder is refused for an undo file as well", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.sql": "SELECT 1;", "../secret.txt": "SELECT 2;" });
  await folder.link("1_a.undo.sql", "../secret.txt");
  const { problems } = await validateSource({ migrations: folder.path });
  assertEquals(problems.map(({ code, files }) => [code, ...files]), [["FILE_OUTSIDE_FOLDER", "1_a.undo.sql"]]);
});

Deno.test("a SQL file on a database without SQL is a problem that says so, for a migration and for an undo", async () => {
  await using folder = await MigrationsFolder.make({ "0001_create_users.sql": CREATE_USERS });
  const runner = new Runner({ driver: new MemoryDriver(), migrations: folder.path });
  const error = await assertRejects(() => runner.migrate(), PlanError, "which memory does not run");
  assertEquals(error.problems.map(({ code }) => code), ["SQL_UNSUPPORTED"]);
  await runner.baseline({ to: "create_users", comment: { by: "ann", reason: "a test" } });
  assertEquals(await problemsOf(() => runner.undo({ all: true })), ["SQL_UNSUPPORTED"]);
});

Deno.test("a SQL file that is edited between its listing and its loading is not executed under the wrong checksum", async () => {
  await using folder = await MigrationsFolder.make({ "0001_create_users.sql": CREATE_USERS });
  const source = new FolderSource(folder.path);
  const { changes } = await source.list();
  await folder.write("0001_create_users.sql", `${CREATE_USERS}SELECT 1;`);
  assertEquals(await source.load(changes, "ann"), [{ violations: ["It was edited just now: run again"] }]);
});

Deno.test("a SQL file can say that it runs always, and may then change", async () => {
  const seed = (name: string) =>
    `-- denock: runAlways=true\n-- denock: irreversible=only a seed\nINSERT INTO users VALUES ('${name}');`;
  await withRunner({
    "0001_create_users.sql": CREATE_USERS,
    "0002_seed.sql": seed("eve"),
  }, async (runner, database, folder) => {
    await runner.migrate();
    await folder.write("0002_seed.sql", seed("fay"));
    await runner.migrate();
    const names = database.prepare("SELECT name FROM users WHERE name IN ('eve', 'fay')").all();
    assertEquals(names.map(({ name }) => name), ["eve", "fay"]);
  });
});
