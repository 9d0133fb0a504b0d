import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import denock from "../../deno.json" with { type: "json" };
import { mysqlTest, openMysqlDatabase } from "../mysql_server.ts";
import { documentOf, ROOT, WorkFolder } from "./denock.ts";

const UNIT = `
export const execution = ({ db }: any) => db.query("CREATE TABLE users (id INT PRIMARY KEY)");
export const rollbackExecution = ({ db }: any) => db.query("DROP TABLE IF EXISTS users");
`;
const DATA_UNIT = `
export const transactional = true;
export const execution = ({ db }: any) => db.query("INSERT INTO users VALUES (1)");
export const rollbackExecution = ({ db }: any) => db.query("DELETE FROM users WHERE id = 1");
`;
const UNITS = { "migrations/0001_create_users.ts": UNIT, "migrations/0002_add_user.ts": DATA_UNIT };

mysqlTest(
  "denock migrates, lists, validates and undoes a MySQL database, by both names of the scheme",
  async (server) => {
    await using database = await openMysqlDatabase(server);
    await using folder = await WorkFolder.make(UNITS);
    const shop = ["--database", database.url];
    const mariadb = ["--database", database.url.replace("mysql:", "mariadb:")];
    const migrated = documentOf(await folder.denock(["migrate", "--json", ...mariadb]));
    assertEquals(migrated.report.executed.map(({ id }: { id: string }) => id), ["create_users", "add_user"]);
    const [rows] = await database.pool.query("SELECT id FROM users");
    assertEquals(JSON.stringify(rows), '[{"id":1}]');
    const list = await folder.denock(["list", ...shop]);
    assertStringIncludes(list.stdout, "EXECUTED");
    assert(!(list.stdout + list.stderr).includes("root@"), list.stderr);
    assertEquals((await folder.denock(["validate", ...shop])).code, 0);
    const undone = await folder.denock(["undo", "--all", "--yes", ...shop]);
    assertEquals(undone.code, 0, undone.stderr);
    const [tables] = await database.pool.query("SHOW TABLES LIKE 'users'");
    assertEquals(tables, []);
  },
);

mysqlTest("denock needs to reach the MySQL server and to read the folder, and nothing else", async (server) => {
  await using database = await openMysqlDatabase(server);
  await using folder = await WorkFolder.make(UNITS);
  const { host } = new URL(database.url);
  const shop = ["--database", database.url];
  const read = "--allow-read=migrations,denock.config.ts";
  const refused = await folder.denock(["migrate", ...shop], { deno: [read] });
  assertEquals(refused.code, 2, refused.stderr);
  assertStringIncludes(refused.stderr, "--allow-net");
  const allowed = await folder.denock(["migrate", ...shop], { deno: [read, `--allow-net=${host}`] });
  assertEquals(allowed.code, 0, allowed.stderr);
});

mysqlTest(
  "denock runs SQL files of several statements on MySQL, and refuses one that would end its transaction",
  async (server) => {
    await using database = await openMysqlDatabase(server);
    const script = "CREATE TABLE users (id INT PRIMARY KEY);\nINSERT INTO users VALUES (1), (2); -- ;\n";
    await using folder = await WorkFolder.make({
      "migrations/0001_create_users.sql": `${script}-- denock: rollback\nDROP TABLE IF EXISTS users;\n`,
      "migrations/0002_add_user.sql":
        "-- denock: transactional=true\nINSERT INTO users VALUES (3);\n-- denock: rollback\nDELETE FROM users WHERE id = 3;\n",
      "migrations/0003_commit.sql":
        "-- denock: transactional=true\nDELETE FROM users;\nCOMMIT;\n-- denock: rollback\nSELECT 1;\n",
    });
    const { code, stderr } = await folder.denock(["migrate", "--database", database.url]);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "leave COMMIT away");
    const [rows] = await database.pool.query("SELECT id FROM users ORDER BY id");
    assertEquals(JSON.stringify(rows), '[{"id":1},{"id":2},{"id":3}]');
  },
);

Deno.test("denock says that a MySQL server cannot be reached, and shows no password", async () => {
  await using folder = await WorkFolder.make(UNITS);
  const { code, stdout, stderr } = await folder.denock(["list", "--database", "mysql://ann:canary@127.0.0.1:1/shop"]);
  assertEquals(code, 5, stderr);
  assertStringIncludes(stderr, "Cannot reach mysql://127.0.0.1:1/shop");
  assert(!(stdout + stderr).includes("canary"), stderr);
});

Deno.test("denock names the command that adds the client of MySQL where it is missing", async () => {
  await using folder = await WorkFolder.make(UNITS);
  const imports = { ...denock.imports, "mysql2/promise": join(ROOT, "nothing.ts") };
  await folder.write("import_map.json", JSON.stringify({ imports }));
  const { code, stderr } = await folder.denock(["list", "--database", "mysql://127.0.0.1:1/shop"], {
    deno: ["-A", "--import-map=import_map.json"],
  });
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "deno add npm:mysql2");
});
