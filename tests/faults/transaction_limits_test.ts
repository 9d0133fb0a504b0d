import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { ChangeFailedError, MigrationError, Runner } from "../../mod.ts";
import { type MongoContext, MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { freshDatabaseName, type MongodbServer, mongodbTest, startMongodb } from "../mongodb_server.ts";

/** A transaction that must not be tried again would be tried for this long. In milliseconds. */
const RETRY_MS = 60_000;

/** Executes one change unit in a transaction, which fails; says how, and how many attempts that took. */
async function failureOf(server: MongodbServer, execution: (context: MongoContext) => Promise<unknown>) {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  await client.db().createCollection("capped", { capped: true, size: 4_096 });
  await client.db().collection("people").insertOne({});
  await using driver = new MongoDriver({ client });
  let attempts = 0;
  const counted = async (context: MongoContext) => {
    attempts++;
    await execution(context);
  };
  const migrations = [{ id: "limited", order: "1", execution: counted, irreversible: "it fails" }];
  const error = await assertRejects(
    () => new Runner({ driver, migrations, retryMs: RETRY_MS }).migrate(),
    ChangeFailedError,
  );
  const recorded = (await driver.readHistory()).at(-1);
  await client.db().dropDatabase();
  assertEquals(recorded?.state, "FAILED");
  return { cause: error.cause, attempts, message: error.message };
}

mongodbTest("a read of a capped collection in a transaction is explained and not tried again", async (server) => {
  const read = ({ db }: MongoContext) => db.collection("capped").findOne();
  const caught = async (context: MongoContext) => {
    await context.db.collection("people").insertOne({});
    await read(context).catch((cause) => {
      throw new Error("wrapped", { cause });
    });
  };
  for (const execution of [read, caught]) {
    const { cause, attempts, message } = await failureOf(server, execution);
    assertEquals([(cause as MigrationError).code, attempts], ["REFUSED_IN_TRANSACTION", 1]);
    for (const way of ["before step", "transactional: false"]) assertStringIncludes(message, way);
  }
});

mongodbTest(
  "a write to a capped collection in a transaction fails at once with the server's reason",
  async (server) => {
    const { attempts, message } = await failureOf(server, ({ db }) => db.collection("capped").insertOne({}));
    assertEquals(attempts, 1);
    assertStringIncludes(message, "capped");
  },
);

mongodbTest("a document that is too large fails at once", async (server) => {
  const large = { text: "x".repeat(16 * 1024 * 1024) };
  const { attempts, message } = await failureOf(server, ({ db }) => db.collection("people").insertOne(large));
  assertEquals(attempts, 1);
  assertStringIncludes(message, "large");
});

mongodbTest("calls in parallel in one transaction all take effect", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  await using driver = new MongoDriver({ client });
  const execution = async ({ db }: MongoContext) => {
    await Promise.all(Array.from({ length: 50 }, (_, number) => db.collection("numbers").insertOne({ number })));
  };
  const migrations = [{ id: "parallel", order: "1", execution, irreversible: "it is a test" }];
  assertEquals((await new Runner({ driver, migrations }).migrate()).executed.map(({ attempts }) => attempts), [1]);
  assertEquals(await client.db().collection("numbers").countDocuments(), 50);
  await client.db().dropDatabase();
});

Deno.test("a transaction that outlives its lifetime is explained and not tried again", async () => {
  await using server = await startMongodb({ arguments: ["--setParameter", "transactionLifetimeLimitSeconds=1"] });
  /** Until the server has ended the transaction; it looks once in a while. */
  const untilEnded = async ({ db }: MongoContext) => {
    for (;;) {
      await db.collection("people").findOne();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const { cause, attempts, message } = await failureOf(server, untilEnded);
  assertEquals([(cause as MigrationError).code, attempts], ["TRANSACTION_ENDED", 1]);
  for (const part of ["longer than 1 s", "split", "transactional: false"]) assertStringIncludes(message, part);
});
