/**
 * Applies the PostgreSQL flavour of the example through the command line: to the database that `DENOCK_DATABASE` names, or to one on
 * a server that is started for the example and ends with it. Started by `deno task example:postgres`.
 *
 * @module
 */

import postgres from "postgres";
import { startPostgresProcess } from "../scripts/postgres_process.ts";
import { runOnServer } from "./run_on_server.ts";

async function listTables(database: string): Promise<readonly string[]> {
  const sql = postgres(database, { max: 1, connect_timeout: 5 });
  try {
    const tables = await sql`select tablename as name from pg_tables where schemaname = 'public'`;
    return tables.map(({ name }) => String(name));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

Deno.exitCode = await runOnServer({
  migrations: "migrations_example/postgres",
  permissions: ["--allow-read=.", "--allow-net", "--allow-env"],
  holder: "table",
  history: "denock_history",
  expected: ["customers", "orders", "denock_history", "denock_lease"],
  list: listTables,
  start: () => startPostgresProcess(),
});
