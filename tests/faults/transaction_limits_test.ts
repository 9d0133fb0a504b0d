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
  const people = await client.db().collection("people").countDocuments();
  await client.db().dropDatabase();
  assertEquals([recorded?.state, people], ["FAILED", 1]);
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

const SIZE_LIMITS: readonly { readonly limit: string; readonly arguments: readonly string[] }[] = [
  { limit: "the size that the server allows", arguments: ["--setParameter", "transactionSizeLimitBytes=1048576"] },
  { limit: "the cache of the server", arguments: ["--wiredTigerCacheSizeGB", "0.25"] },
];

for (const { limit, arguments: args } of SIZE_LIMITS) {
  Deno.test(`a transaction that is larger than ${limit} is explained and not tried again`, async () => {
    await using server = await startMongodb({ arguments: args });
    const text = "x".repeat(1_000_000);
    /** Writes four times the cache at most. */
    const fill = async ({ db }: MongoContext) => {
      for (let count = 0; count < 1_000; count++) await db.collection("people").insertOne({ text });
    };
    const caught = async (context: MongoContext) => {
      await fill(context).catch(() => {});
      await context.db.collection("people").insertOne({});
    };
    for (const execution of [fill, caught]) {
      const { cause, attempts, message } = await failureOf(server, execution);
      assertEquals([(cause as MigrationError).code, attempts], ["LIMIT_EXCEEDED", 1]);
      for (const way of ["split", "transactional: false", "batches"]) assertStringIncludes(message, way);
    }
  });
}

/**
 * Has somebody else build an index on a collection where a transaction is open. The build waits for that transaction, with
 * a request for the lock of the whole collection, and whoever comes later waits behind it.
 */
async function buildBehindTransaction(client: MongoClient) {
  const people = client.db().collection("people");
  await people.insertOne({ name: "first" });
  const session = client.startSession();
  session.startTransaction();
  await people.insertOne({ name: "second" }, { session });
  const built = people.createIndex({ name: 1 });
  const waiting = [{ $currentOp: {} }, { $match: { waitingForLock: true, ns: people.namespace } }];
  while (!await client.db("admin").aggregate(waiting).hasNext()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  /** Lets the build have the lock, and waits for its end. */
  const end = async () => {
    if (session.inTransaction()) await session.commitTransaction();
    await session.endSession();
    await built;
  };
  return { people, end, [Symbol.asyncDispose]: end };
}

mongodbTest("a change unit that meets the build of an index is tried until the lock is free", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  await using driver = new MongoDriver({ client });
  await using build = await buildBehindTransaction(client);
  const execution = async ({ db, attempt }: MongoContext) => {
    if (attempt === 3) await build.end();
    await db.collection("people").insertOne({ name: "third" });
  };
  const migrations = [{ id: "add_third", order: "1", execution, irreversible: "it is a test" }];
  const { executed } = await new Runner({ driver, migrations, retryMs: RETRY_MS }).migrate();
  assertEquals(executed.map(({ attempts = 0 }) => attempts >= 3), [true]);
  assertEquals((await build.people.find().toArray()).map(({ name }) => name), ["first", "second", "third"]);
  assertEquals((await driver.readHistory()).filter(({ state }) => state === "EXECUTED").length, 1);
  await client.db().dropDatabase();
});

mongodbTest("a lock that is held for too long is explained, and the change unit runs the next time", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  await using driver = new MongoDriver({ client });
  await using build = await buildBehindTransaction(client);
  const insert = ({ db }: MongoContext) => db.collection("people").insertOne({ name: "third" });
  const caught = async (context: MongoContext) => {
    await insert(context).catch(() => {});
    await insert(context);
  };
  const attempts: number[] = [];
  const runnerOf = (write: (context: MongoContext) => Promise<unknown>) => {
    const execution = async (context: MongoContext) => {
      attempts.push(context.attempt);
      await write(context);
    };
    const migrations = [{ id: "add_third", order: "1", execution, irreversible: "it is a test" }];
    return new Runner({ driver, migrations, retryMs: 500 });
  };
  for (const write of [insert, caught]) {
    attempts.length = 0;
    const { message } = await assertRejects(() => runnerOf(write).migrate(), ChangeFailedError);
    assertEquals([attempts.length > 1, (await driver.readHistory()).at(-1)?.state], [true, "FAILED"]);
    for (const part of ["holds the lock of", "build of an index", "db.currentOp(true)", build.people.namespace]) {
      assertStringIncludes(message, part);
    }
  }
  const replaced = async (context: MongoContext) => {
    await insert(context).catch(() => {});
    throw new Error("there is no third");
  };
  attempts.length = 0;
  const { message } = await assertRejects(() => runnerOf(replaced).migrate(), ChangeFailedError);
  assertStringIncludes(message, "there is no third");
  assertEquals(attempts, [1]);
  await build.end();
  assertEquals((await runnerOf(insert).migrate()).executed.length, 1);
  assertEquals((await build.people.find().toArray()).map(({ name }) => name), ["first", "second", "third"]);
  await client.db().dropDatabase();
});

mongodbTest("a change unit whose snapshot is older than an index is tried again", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  await using driver = new MongoDriver({ client });
  const people = client.db().collection("people");
  await people.insertOne({ name: "first" });
  const execution = async ({ db, attempt }: MongoContext) => {
    await db.collection("orders").findOne();
    if (attempt === 1) await people.createIndex({ name: 1 });
    await db.collection("people").insertOne({ name: "second" });
  };
  const migrations = [{ id: "add_second", order: "1", execution, irreversible: "it is a test" }];
  assertEquals((await new Runner({ driver, migrations }).migrate()).executed.map(({ attempts }) => attempts), [2]);
  assertEquals((await people.find().toArray()).map(({ name }) => name), ["first", "second"]);
  await client.db().dropDatabase();
});
