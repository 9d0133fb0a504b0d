import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { ChangeFailedError, DatabaseError, Runner } from "../../../mod.ts";
import { type MongoContext, MongoDriver } from "../../../src/drivers/mongodb/mod.ts";
import { failPointTest, freshDatabaseName, type MongodbServer, startStandaloneMongodb } from "../../mongodb_server.ts";

/** What the server is to do wrong, and to which commands. */
interface Fault {
  readonly failCommands: readonly string[];
  readonly closeConnection?: boolean;
  readonly errorCode?: number;
  readonly errorLabels?: readonly string[];
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string };
}

interface Bench extends AsyncDisposable {
  readonly driver: MongoDriver;
  /** Breaks the next commands of this bench's client only. */
  fail(times: number, fault: Fault): Promise<void>;
  counter(): Promise<number>;
  written(): Promise<string[]>;
}

async function openBench(server: MongodbServer): Promise<Bench> {
  const appName = freshDatabaseName();
  const client = await new MongoClient(server.url(appName), { appName }).connect();
  const admin = await new MongoClient(server.url(appName)).connect();
  const driver = new MongoDriver({ client });
  await new Runner({ driver, migrations: [unit("prepare", "1", () => {})] }).migrate();
  const failPoint = "failCommand";
  return {
    driver,
    async fail(times, fault) {
      await admin.db("admin").command({ configureFailPoint: failPoint, mode: { times }, data: { ...fault, appName } });
    },
    async counter() {
      return (await admin.db().collection("counters").findOne())?.value ?? 0;
    },
    async written() {
      const entries = await driver.readHistory({ after: 2 });
      return entries.map(({ type, state, attempts }) => `${type} ${state} ${attempts ?? "-"}`);
    },
    async [Symbol.asyncDispose]() {
      await admin.db("admin").command({ configureFailPoint: failPoint, mode: "off" });
      await admin.db().dropDatabase();
      await driver[Symbol.asyncDispose]();
      await client.close();
      await admin.close();
    },
  };
}

function unit(id: string, order: string, execution: (context: MongoContext) => unknown, transactional = true) {
  return { id, order, execution, transactional, rollbackExecution: () => {} };
}

async function increment({ db }: MongoContext): Promise<void> {
  await db.collection<{ _id: number }>("counters").updateOne({ _id: 1 }, { $inc: { value: 1 } }, { upsert: true });
}

async function migrate({ driver }: Bench, transactional = true) {
  const migrations = [unit("prepare", "1", () => {}), unit("increment", "2", increment, transactional)];
  return await new Runner({ driver, migrations, retryMs: 10_000 }).migrate();
}

/** The client tries a commit and an insert a second time by itself; only what fails twice reaches the driver. */
const TWICE = 2;

failPointTest("migrate() finds out that a commit whose confirmation was lost has happened", async (server) => {
  await using bench = await openBench(server);
  const writeConcernError = { code: 64, errmsg: "waiting for replication timed out" };
  await bench.fail(TWICE, { failCommands: ["commitTransaction"], writeConcernError });
  assertEquals((await migrate(bench)).executed.length, 1);
  assertEquals(await bench.counter(), 1);
  assertEquals(await bench.written(), ["RUN STARTED -", "EXECUTION EXECUTED 1"]);
});

failPointTest("migrate() fences off a commit that was lost on the way and executes again", async (server) => {
  await using bench = await openBench(server);
  await bench.fail(TWICE, { failCommands: ["commitTransaction"], closeConnection: true });
  const report = await migrate(bench);
  assertEquals(report.executed.map(({ attempts }) => attempts), [2]);
  assertEquals(await bench.counter(), 1);
  assertEquals(await bench.written(), ["RUN STARTED -", "RUN STARTED -", "EXECUTION EXECUTED 2"]);
});

failPointTest("migrate() repeats a transaction after a write conflict with a fresh attempt", async (server) => {
  await using bench = await openBench(server);
  await bench.fail(3, { failCommands: ["update"], errorCode: 112, errorLabels: ["TransientTransactionError"] });
  assertEquals((await migrate(bench)).executed.map(({ attempts }) => attempts), [4]);
  assertEquals(await bench.counter(), 1);
});

failPointTest("migrate() repeats a transaction whose connection was lost in front of the commit", async (server) => {
  await using bench = await openBench(server);
  await bench.fail(1, { failCommands: ["update"], closeConnection: true });
  assertEquals((await migrate(bench)).executed.map(({ attempts }) => attempts), [2]);
  assertEquals(await bench.counter(), 1);
});

failPointTest("migrate() recognises its own RUN entry when the confirmation was lost", async (server) => {
  await using bench = await openBench(server);
  const writeConcernError = { code: 91, errmsg: "shutting down" };
  await bench.fail(TWICE, { failCommands: ["insert"], writeConcernError });
  assertEquals((await migrate(bench)).executed.length, 1);
  assertEquals(await bench.counter(), 1);
  assertEquals(await bench.written(), ["RUN STARTED -", "EXECUTION EXECUTED 1"]);
});

failPointTest(
  "migrate() leaves a non-transactional change unit open when nobody can know what it did",
  async (server) => {
    await using bench = await openBench(server);
    await bench.fail(TWICE, { failCommands: ["update"], closeConnection: true });
    const error = await assertRejects(() => migrate(bench, false), ChangeFailedError);
    assertEquals(error.report.failed.map(({ state }) => state), ["STARTED"]);
    assertEquals(await bench.written(), ["RUN STARTED -", "EXECUTION STARTED -"]);
  },
);

failPointTest("migrate() records the real cause of a failure after the transaction was rolled back", async (server) => {
  await using bench = await openBench(server);
  const failing = unit("failing", "2", async (context) => {
    await increment(context);
    throw new RangeError("the real cause");
  });
  const runner = new Runner({ driver: bench.driver, migrations: [unit("prepare", "1", () => {}), failing] });
  await assertRejects(() => runner.migrate(), ChangeFailedError, "the real cause");
  assertEquals(await bench.counter(), 0);
  const recorded = (await bench.driver.readHistory()).at(-1);
  assertEquals([recorded?.state, recorded?.error?.name, recorded?.error?.message], [
    "FAILED",
    "RangeError",
    "the real cause",
  ]);
});

Deno.test("migrate() on a standalone server says that it has no transactions, and writes nothing", async () => {
  const standalone = await startStandaloneMongodb();
  if (standalone === null) throw new Error("There is no mongod to start");
  await using server = standalone;
  const client = await new MongoClient(server.url("shop")).connect();
  try {
    await using driver = new MongoDriver({ client });
    const runner = new Runner({ driver, migrations: [unit("increment", "1", increment)] });
    const error = await assertRejects(() => runner.migrate(), DatabaseError);
    assertEquals(error.code, "TRANSACTIONS_UNAVAILABLE");
    for (const way of ["replica set", "transactional: false", "transactionStrategy"]) {
      assertStringIncludes(error.message, way);
    }
    assertEquals(await client.db().listCollections().toArray(), []);
    const without = new Runner({ driver, migrations: [unit("increment", "1", increment, false)] });
    assertEquals((await without.migrate()).executed.length, 1);
  } finally {
    await client.close();
  }
});
