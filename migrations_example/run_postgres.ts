/**
 * Applies the PostgreSQL flavour of the example through the command line: to the database that `DENOCK_DATABASE` names, or to
 * one on a server that is started for the example and ends with it. Started by `deno task example:postgres`.
 *
 * @module
 */

import postgres from "postgres";
import { startPostgresProcess } from "../scripts/postgres_process.ts";
import { redact } from "../src/redact.ts";
import { runExample } from "./run_command.ts";

/** What the example makes. */
const EXPECTED = ["customers", "orders", "denock_history", "denock_lease"];

/** The name of a table that is somebody else's: the example changes every customer and deletes telephone numbers. */
async function findForeign(database: string): Promise<string | undefined> {
  const sql = postgres(database, { max: 1, connect_timeout: 5 });
  try {
    const tables = await sql`select tablename as name from pg_tables where schemaname = 'public'`;
    const names = tables.map(({ name }) => String(name));
    return names.find((name) => !names.includes("denock_history") || !EXPECTED.includes(name));
  } finally {
    await sql.end({ timeout: 1 });
  }
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
  return await runExample(permissions, ["--migrations", "migrations_example/postgres"], { DENOCK_DATABASE: database });
}

const given = Deno.env.get("DENOCK_DATABASE");
if (given) {
  console.log("Using the database that DENOCK_DATABASE names");
  Deno.exitCode = await run(given);
} else {
  await using server = await startPostgresProcess();
  console.log(`Started a server for the example:\n\n$ export DENOCK_DATABASE='${server.url}'`);
  Deno.exitCode = await run(server.url);
}
