/**
 * Applies the MySQL flavour of the example through the command line: to the database that `DENOCK_DATABASE` names, or to one on
 * a server that is started for the example and ends with it. Started by `deno task example:mysql`.
 *
 * @module
 */

import { createPool, type RowDataPacket } from "mysql2/promise";
import { startMysqlProcess } from "../scripts/mysql_process.ts";
import { redact } from "../src/redact.ts";
import { runExample } from "./run_command.ts";

/** What the example makes. */
const EXPECTED = ["customers", "orders", "denock_history", "denock_lease"];

/** The name of a table that is somebody else's: the example changes every customer and deletes telephone numbers. */
async function findForeign(database: string): Promise<string | undefined> {
  const pool = createPool({ uri: database, connectTimeout: 5_000 });
  try {
    const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
    const names = tables.map((row) => String(Object.values(row)[0]));
    return names.find((name) => !names.includes("denock_history") || !EXPECTED.includes(name));
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

async function run(database: string): Promise<number> {
  try {
    const foreign = await findForeign(database);
    if (foreign !== undefined) {
      console.error(`The example needs a database of its own, and this one has the table ${foreign}`);
      return 2;
    }
  } catch (error) {
    console.error(`Cannot look into the database: ${redact(error instanceof Error ? error.message : String(error))}`);
    return 5;
  }
  // The URL goes through the environment, where nobody sees its password.
  const permissions = ["--allow-read=.", "--allow-net", "--allow-env"];
  return await runExample(permissions, ["--migrations", "migrations_example/mysql"], { DENOCK_DATABASE: database });
}

const given = Deno.env.get("DENOCK_DATABASE");
if (given) {
  console.log("Using the database that DENOCK_DATABASE names");
  Deno.exitCode = await run(given);
} else {
  await using server = await startMysqlProcess();
  const url = await createDatabase(server.url, "shop");
  console.log(`Started a server for the example:\n\n$ export DENOCK_DATABASE='${url}'`);
  Deno.exitCode = await run(url);
}
