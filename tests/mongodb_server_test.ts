import { assert, assertEquals, assertRejects } from "@std/assert";
import { MongoClient } from "mongodb";
import { findMongod } from "../scripts/mongod_binary.ts";
import {
  freshDatabaseName,
  type MongodbServer,
  mongodbTest,
  startMongodb,
  startStandaloneMongodb,
} from "./mongodb_server.ts";

async function insertInTransaction(server: MongodbServer): Promise<void> {
  const client = new MongoClient(server.url(freshDatabaseName()));
  try {
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await client.db().collection("entries").insertOne({}, { session });
      })
    );
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}

mongodbTest("mongodbTest() gives a server with transactions", async (server) => {
  await insertInTransaction(server);
});

mongodbTest("startStandaloneMongodb() starts a server without transactions", async () => {
  await using server = await startStandaloneMongodb();
  if (server !== null) await assertRejects(() => insertInTransaction(server), Error, "retryable writes");
});

mongodbTest("startMongodb() with arguments starts a server apart from the shared one", async (shared) => {
  // With MONGODB_URI alone there may be no binary to start one from.
  if (await findMongod() === undefined) return;
  await using own = await startMongodb({ arguments: ["--setParameter", "transactionLifetimeLimitSeconds=5"] });
  assert(own.uri !== shared.uri);
  await using client = new MongoClient(own.uri);
  const answer = await client.db("admin").command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
  assertEquals(answer["transactionLifetimeLimitSeconds"], 5);
});
