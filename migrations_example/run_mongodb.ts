/**
 * Applies the MongoDB flavour of the example through the command line: to the database that `DENOCK_DATABASE` names, or to one on
 * a server that is started for the example and ends with it. Started by `deno task example:mongodb`.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { startReplicaSet } from "../scripts/mongodb_replica_set.ts";
import { runOnServer } from "./run_on_server.ts";

async function listCollections(database: string): Promise<readonly string[]> {
  await using client = new MongoClient(database, { serverSelectionTimeoutMS: 5_000 });
  const collections = await client.db().listCollections({}, { nameOnly: true }).toArray();
  return collections.map(({ name }) => name);
}

Deno.exitCode = await runOnServer({
  migrations: "migrations_example/mongodb",
  permissions: ["--allow-read=.", "--allow-net", "--allow-env", "--allow-sys=osRelease"],
  holder: "collection",
  history: "denockHistory",
  expected: ["customers", "orders", "denockHistory", "denockLease"],
  list: listCollections,
  async start() {
    const { uri, stop } = await startReplicaSet();
    const url = new URL(uri);
    url.pathname = "/shop";
    return { url: url.href, [Symbol.asyncDispose]: stop };
  },
});
