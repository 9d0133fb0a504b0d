import { assertEquals, assertNotEquals } from "@std/assert";
import { type Document, MongoClient } from "mongodb";
import { MongoDriver } from "../../../src/drivers/mongodb/mod.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { freshDatabaseName, type MongodbServer, mongodbTest } from "../../mongodb_server.ts";

/** A driver, and the commands that it sends. */
async function openMonitored(server: MongodbServer) {
  const client = await new MongoClient(server.url(freshDatabaseName()), { monitorCommands: true }).connect();
  const sent: { readonly name: string; readonly command: Document; readonly session: string }[] = [];
  client.on("commandStarted", ({ commandName: name, command }) => {
    sent.push({ name, command, session: command.lsid?.id.toString("hex") ?? "" });
  });
  const driver = new MongoDriver({ client });
  return {
    driver,
    /** The commands of a name. */
    sent: (...names: readonly string[]) => sent.filter(({ name }) => names.includes(name)),
    async [Symbol.asyncDispose]() {
      await client.db().dropDatabase();
      await driver[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

type Bench = Awaited<ReturnType<typeof openMonitored>>;

/** Two transactions, an entry of its own before and behind them, and everything that is done with the lease. */
async function use({ driver }: Bench): Promise<void> {
  const first = await makeEntry(START);
  const second = await makeEntry(first);
  const third = await makeEntry(second);
  await driver.readHistory();
  await driver.append(first);
  for (const entry of [second, third]) {
    await driver.transaction(async ({ context, append }) => {
      await context.db.collection("things").insertOne({ key: entry.seq });
      await context.db.collection("things").findOne({ key: entry.seq });
      await append(entry);
    }, () => {});
  }
  await driver.append(await makeEntry(third));
  const reply = await driver.acquireLease({ owner: "ann", hostname: "", leaseMs: 60_000 });
  const lease = { owner: "ann", token: reply.held ? reply.token : 0 };
  await driver.renewLease({ ...lease, leaseMs: 60_000 });
  await driver.readLease();
  await driver.releaseLease(lease);
}

mongodbTest("MongoDriver reads only what the majority has, from the primary", async (server) => {
  await using bench = await openMonitored(server);
  await bench.driver.readHistory();
  await bench.driver.readHistory({ unlessSettled: "a digest" });
  await bench.driver.readLease();
  const reads = [...bench.sent("find"), ...bench.sent("aggregate")];
  assertEquals(reads.map(({ command }) => command.readConcern?.level), ["majority", "majority", "majority"]);
});

mongodbTest("MongoDriver has every write of its own acknowledged by the majority", async (server) => {
  await using bench = await openMonitored(server);
  await use(bench);
  const alone = bench.sent("insert", "findAndModify", "update", "commitTransaction")
    .filter(({ name, command }) => name === "commitTransaction" || command.autocommit === undefined);
  assertEquals(alone.map(({ name }) => name), [
    "insert",
    "commitTransaction",
    "commitTransaction",
    "insert",
    "findAndModify",
    "findAndModify",
    "update",
  ]);
  for (const { name, command } of alone) assertEquals([name, command.writeConcern?.w], [name, "majority"]);
});

mongodbTest("MongoDriver reads in a transaction from a snapshot", async (server) => {
  await using bench = await openMonitored(server);
  await use(bench);
  const begins = bench.sent("insert").filter(({ command }) => command.startTransaction === true);
  assertEquals(begins.map(({ command }) => command.readConcern?.level), ["snapshot", "snapshot"]);
});

mongodbTest(
  "MongoDriver sends all transactions and entries in one session, and the lease in another",
  async (server) => {
    await using bench = await openMonitored(server);
    await use(bench);
    const own = bench.driver.session;
    const inTransactions = bench.sent("insert", "find").filter(({ command }) => command.autocommit === false);
    assertEquals(inTransactions.length, 6);
    const appends = bench.sent("insert").filter(({ command }) => command.insert === "denockHistory");
    assertEquals(appends.length, 4);
    for (const { session } of [...inTransactions, ...appends, ...bench.sent("commitTransaction")]) {
      assertEquals(session, own);
    }
    const leases = bench.sent("findAndModify", "update");
    assertEquals(leases.length, 3);
    for (const { session } of leases) assertNotEquals(session, own);
  },
);
