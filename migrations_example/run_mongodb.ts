/**
 * Applies the MongoDB flavour of the example through the command line: to the database that `DENOCK_DATABASE` names, or to
 * one on a server that is started for the example and ends with it. Started by `deno task example:mongodb`.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { startReplicaSet } from "../scripts/mongodb_replica_set.ts";
import { redact } from "../src/redact.ts";
import { runExample } from "./run_command.ts";

/** What the example makes. */
const EXPECTED = ["customers", "orders", "denockHistory", "denockLease"];

/** The name of a collection that is somebody else's: the example changes every customer and deletes telephone numbers. */
async function findForeign(database: string): Promise<string | undefined> {
  await using client = new MongoClient(database, { serverSelectionTimeoutMS: 5_000 });
  const collections = await client.db().listCollections({}, { nameOnly: true }).toArray();
  const names = collections.map(({ name }) => name);
  return names.find((name) => !names.includes("denockHistory") || !EXPECTED.includes(name));
}

async function run(database: string): Promise<number> {
  try {
    const foreign = await findForeign(database);
    if (foreign !== undefined) {
      console.error(`The example needs a database of its own, and this one has the collection ${foreign}`);
      return 2;
    }
  } catch (error) {
    console.error(`Cannot look into the database: ${redact(error instanceof Error ? error.message : String(error))}`);
    return 5;
  }
  // The URL goes through the environment, where nobody sees its password.
  const permissions = ["--allow-read=.", "--allow-net", "--allow-env", "--allow-sys=osRelease"];
  return await runExample(permissions, ["--migrations", "migrations_example/mongodb"], { DENOCK_DATABASE: database });
}

const given = Deno.env.get("DENOCK_DATABASE");
if (given) {
  console.log("Using the database that DENOCK_DATABASE names");
  Deno.exitCode = await run(given);
} else {
  await using server = await startReplicaSet();
  const url = new URL(server.uri);
  url.pathname = "/shop";
  console.log(`Started a server for the example:\n\n$ export DENOCK_DATABASE='${url.href}'`);
  Deno.exitCode = await run(url.href);
}
