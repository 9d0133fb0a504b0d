/**
 * Applies the MySQL flavour of the example through the command line: to the database that `DENOCK_DATABASE` names, or to one on
 * a server that is started for the example and ends with it. Started by `deno task example:mysql`.
 *
 * @module
 */

import { createPool, type RowDataPacket } from "mysql2/promise";
import { startMysqlProcess } from "../scripts/mysql_process.ts";
import { runOnServer } from "./run_on_server.ts";

async function listTables(database: string): Promise<readonly string[]> {
  const pool = createPool({ uri: database, connectTimeout: 5_000 });
  try {
    const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
    return tables.map((row) => String(Object.values(row)[0]));
  } finally {
    await pool.end();
  }
}

async function createDatabase(server: string, name: string): Promise<string> {
  const pool = createPool(server);
  await pool.query(`CREATE DATABASE ${name}`);
  await pool.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

Deno.exitCode = await runOnServer({
  migrations: "migrations_example/mysql",
  permissions: ["--allow-read=.", "--allow-net", "--allow-env"],
  holder: "table",
  history: "denock_history",
  expected: ["customers", "orders", "denock_history", "denock_lease"],
  list: listTables,
  async start() {
    const { url, stop } = await startMysqlProcess();
    return { url: await createDatabase(url, "shop"), [Symbol.asyncDispose]: stop };
  },
});
