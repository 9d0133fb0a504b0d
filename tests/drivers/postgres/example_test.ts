import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { Sql } from "postgres";
import { Runner } from "../../../mod.ts";
import { PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { EXAMPLE_IDS, runExampleScript } from "../../fixtures/example.ts";
import { postgresTest } from "../../postgres_server.ts";

const root = fromFileUrl(new URL("../../..", import.meta.url));
const migrations = join(root, "migrations_example/postgres");

/** The columns, indexes and rows that are not Denock's. */
async function snapshot(sql: Sql): Promise<unknown> {
  const columns = await sql`
    select table_name, column_name, data_type from information_schema.columns
    where table_schema = 'public' and table_name not like 'denock%' order by 1, 2`;
  const indexes = await sql`
    select indexname from pg_indexes where schemaname = 'public' and tablename not like 'denock%' order by 1`;
  const tables = new Set(columns.map(({ table_name }) => String(table_name)));
  const rows = await Promise.all(Array.from(tables, (table) => sql`select * from ${sql(table)} order by id`));
  return { columns: [...columns], indexes: [...indexes], rows: rows.map((each) => [...each]) };
}

const runScript = (database: string) => runExampleScript("run_postgres.ts", [], { DENOCK_DATABASE: database });

postgresTest(
  "the PostgreSQL example applies five change units and leaves the data that they describe",
  async (database) => {
    const sql = database.connect();
    const runner = new Runner({ driver: new PostgresDriver({ sql }), migrations });
    assertEquals((await runner.migrate()).executed.map(({ id }) => id), EXAMPLE_IDS);
    assertEquals((await runner.migrate()).executed, []);
    assertEquals([...await sql`select id, email, first_name, last_name from customers order by id`], [
      { id: 1, email: "grace@example.org", first_name: "Grace", last_name: "Hopper" },
      { id: 2, email: "ada@example.org", first_name: "Ada", last_name: "King Lovelace" },
      { id: 3, email: "plato@example.org", first_name: "Plato", last_name: null },
    ]);
    const totals = await sql`select total_cents from orders order by id`;
    assertEquals(totals.map(({ total_cents }) => total_cents), [3490, 2700, 1800]);
  },
);

postgresTest(
  "the PostgreSQL example gives back the same data with each rollback, up to where it is irreversible",
  async (database) => {
    const sql = database.connect();
    const runner = new Runner({ driver: new PostgresDriver({ sql }), migrations });
    const stops: unknown[] = [];
    for (const id of EXAMPLE_IDS.slice(0, -1)) {
      stops.push(await snapshot(sql));
      await runner.migrate({ to: id });
    }
    for (const stop of stops.toReversed()) {
      await runner.undo({ count: 1 });
      // Columns come back behind the others.
      assertEquals(await snapshot(sql), stop);
    }
    await runner.migrate();
    const error = await runner.undo({ all: true }).catch((error) => error);
    assertStringIncludes(error.message, "CHANGE_IRREVERSIBLE");
  },
);

postgresTest(
  "run_postgres.ts applies the example, and refuses a database that holds something else",
  async (database) => {
    const { code, text } = await runScript(database.url);
    assertEquals(code, 0, text);
    for (const id of EXAMPLE_IDS) assertStringIncludes(text, id);
    assertStringIncludes(text, "Nothing is pending");
    const sql = database.connect();
    await sql`alter table denock_history rename to somebody_elses`;
    const refused = await runScript(database.url);
    assertEquals(refused.code, 2, refused.text);
    assertStringIncludes(refused.text, "this one has the table");
  },
);

Deno.test("run_postgres.ts prints no password", async () => {
  const { code, text } = await runScript("postgres://ann:open-sesame@127.0.0.1:1/shop");
  assertEquals(code, 5, text);
  assert(!text.includes("open-sesame"), text);
});
