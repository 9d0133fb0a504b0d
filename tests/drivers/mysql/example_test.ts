import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { PlanError, Runner } from "../../../mod.ts";
import { MysqlDriver } from "../../../src/drivers/mysql/mod.ts";
import { EXAMPLE_IDS, runExampleScript } from "../../fixtures/example.ts";
import { mysqlTest, openMysqlDatabase } from "../../mysql_server.ts";

const ROOT = fromFileUrl(new URL("../../..", import.meta.url));
const FOLDER = join(ROOT, "migrations_example", "mysql");

/** The definition and the rows of every table that is not the driver's. */
async function snapshot(pool: Pool): Promise<unknown[]> {
  const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
  const names = tables.map((row) => String(Object.values(row)[0])).filter((name) => !name.startsWith("denock_"));
  return await Promise.all(names.map(async (name) => {
    const [[definition]] = await pool.query<RowDataPacket[]>("SHOW CREATE TABLE ??", [name]);
    const [rows] = await pool.query("SELECT * FROM ?? ORDER BY id", [name]);
    return [definition, rows];
  }));
}

const runScript = (database: string) => runExampleScript("run_mysql.ts", [], { DENOCK_DATABASE: database });

mysqlTest(
  "The MySQL example leaves the data that it describes, and is undone up to where it is irreversible",
  async (server) => {
    await using database = await openMysqlDatabase(server);
    const { pool } = database;
    await using driver = new MysqlDriver({ pool: database.open() });
    const runner = new Runner({ driver, migrations: FOLDER });
    const stops: unknown[] = [];
    for (const to of EXAMPLE_IDS.slice(0, -1)) {
      stops.push(await snapshot(pool));
      assertEquals((await runner.migrate({ to })).executed.map(({ id }) => id), [to]);
    }
    for (const to of EXAMPLE_IDS.slice(0, -1).toReversed()) {
      await runner.undo({ to });
      assertEquals(await snapshot(pool), stops.pop());
    }
    assertEquals((await runner.migrate()).executed.map(({ id }) => id), EXAMPLE_IDS);
    const [customers] = await pool.query<RowDataPacket[]>("SELECT * FROM customers ORDER BY id");
    assertEquals<object[]>(customers.map((row) => ({ ...row })), [
      { id: 1, email: "grace@example.org", first_name: "Grace", last_name: "Hopper" },
      { id: 2, email: "ada@example.org", first_name: "Ada", last_name: "King Lovelace" },
      { id: 3, email: "plato@example.org", first_name: "Plato", last_name: null },
    ]);
    const [orders] = await pool.query<RowDataPacket[]>("SELECT total_cents FROM orders ORDER BY id");
    assertEquals(orders.map((row) => row.total_cents), [3490, 2700, 1800]);
    await assertRejects(() => runner.undo({ all: true }), PlanError, "CHANGE_IRREVERSIBLE");
  },
);

mysqlTest("The MySQL example leaves a table alone that was there before", async (server) => {
  await using database = await openMysqlDatabase(server);
  const { pool } = database;
  await pool.query("CREATE TABLE customers (id INT PRIMARY KEY)");
  await pool.query("INSERT INTO customers VALUES (7)");
  const before = await snapshot(pool);
  await using driver = new MysqlDriver({ pool: database.open() });
  await assertRejects(() => new Runner({ driver, migrations: FOLDER }).migrate(), Error, "0001_create_customers.ts");
  assertEquals(await snapshot(pool), before);
});

mysqlTest("run_mysql.ts applies the example, lists it, and finds nothing pending the second time", async (server) => {
  await using database = await openMysqlDatabase(server);
  const { code, text } = await runScript(database.url);
  assertEquals(code, 0, text);
  for (const id of EXAMPLE_IDS) assertStringIncludes(text, id);
  assertStringIncludes(text, "Nothing is pending");
});

mysqlTest("run_mysql.ts refuses a database that holds something else", async (server) => {
  await using database = await openMysqlDatabase(server);
  await database.pool.query("CREATE TABLE customers (id INT PRIMARY KEY)");
  const { code, text } = await runScript(database.url);
  assertEquals(code, 2, text);
  assertStringIncludes(text, "this one has the table customers");
});

Deno.test("run_mysql.ts prints no password", async () => {
  const { code, text } = await runScript("mysql://ann:open-sesame@127.0.0.1:1/shop");
  assertEquals(code, 5, text);
  assert(!text.includes("open-sesame"), text);
});
