import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type Db, MongoServerError } from "mongodb";
import { MigrationError } from "../../../src/errors.ts";
import { bindDatabase } from "../../../src/drivers/mongodb/bound_database.ts";
import { mongodbTest } from "../../mongodb_server.ts";
import { outsideOf, TRANSACTION, TransactionFixture } from "./transaction_fixture.ts";

class Stopped extends Error {}

mongodbTest("bindDatabase() makes every write part of the transaction", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  for (const end of ["commit", "abort"] as const) {
    await using session = fixture.client.startSession();
    session.startTransaction(TRANSACTION);
    const bound = bindDatabase(fixture.db, { session, guard: () => {} });
    await bound.db.collection("people").insertOne({ end });
    await bound.db.collection(`new_${end}`).insertOne({ end }); // creates the collection
    await bound.end();
    await (end === "commit" ? session.commitTransaction() : session.abortTransaction());
  }
  assertEquals(await fixture.db.collection("people").distinct("end"), ["commit"]);
  const collections = await fixture.db.listCollections({ name: /^new_/ }).toArray();
  assertEquals(collections.map(({ name }) => name), ["new_commit"]);
});

mongodbTest("bindDatabase() sends parallel calls of a transaction one by one", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  let underWay = 0;
  let most = 0;
  fixture.client.on("commandStarted", () => most = Math.max(most, ++underWay));
  fixture.client.on("commandSucceeded", () => underWay--);
  await fixture.inTransaction(async (db, _bound, session) => {
    const people = db.collection("people");
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    const first = people.find({}, { batchSize: 1, comment: "first" });
    const second = people.aggregate([{ $sort: { age: -1 } }], { batchSize: 1, comment: "second" });
    const results = await Promise.all([
      ...numbers.map((number) => people.insertOne({ number }, { comment: `${number}` })),
      first.toArray(),
      second.toArray(),
      people.initializeUnorderedBulkOp().insert({ bulk: 1 }).execute(),
      people.countDocuments(),
      db.command({ find: "people" }),
    ]);
    assertEquals(results.length, 25);
    assertEquals(fixture.sent.slice(0, 20).map(({ command }) => command["comment"]), numbers.map(String));
    assertEquals(outsideOf(session, fixture.sent), []);
  });
  assertEquals(most, 1);
});

mongodbTest("bindDatabase() lets the next call go on after a failed one", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await fixture.inTransaction(async (db) => {
    const people = db.collection("people");
    const results = await Promise.allSettled([
      people.insertOne({ _id: 1 as never }),
      people.insertMany("no documents" as never),
      people.drop(),
      people.updateOne({}, { noOperator: 1 } as never),
      people.insertOne({ age: 7 }),
      people.insertOne({ _id: 1 as never }), // the server aborts the transaction here
      people.insertOne({ age: 8 }),
    ]);
    const states = results.map(({ status }) => status === "fulfilled" ? 1 : 0);
    assertEquals(states, [1, 0, 0, 0, 1, 0, 0]);
    const errors = results.map((result) => result.status === "rejected" ? result.reason : undefined);
    assertEquals([errors[5]?.code, errors[6]?.code], [11000, 251]);
    assertInstanceOf(errors[6], MongoServerError);
    assert(errors[6].hasErrorLabel("TransientTransactionError"));
  });
});

for (const inTransaction of [true, false]) {
  const where = inTransaction ? "in a transaction" : "outside of one";

  mongodbTest(`bindDatabase() calls the guard right before each command ${where}`, async (server) => {
    await using fixture = await TransactionFixture.open(server);
    let guarded = 0;
    const work = async (db: Db) => {
      const people = db.collection("people");
      const calls: [number, () => unknown][] = [
        [0, () => db.collection("people").find({}).sort({ age: 1 }).limit(3)],
        [0, () => people.initializeOrderedBulkOp().insert({ age: 1 })],
        [1, () => people.insertOne({ age: 6 })],
        [1, () => people.findOne()],
        [1, () => db.command({ distinct: "people", key: "age" })],
        [4, () => people.find({}, { batchSize: 2 }).toArray()], // 6 documents in 3 batches, and an empty one
        [1, () => people.initializeOrderedBulkOp().insert({ age: 1 }).execute()],
      ];
      for (const [expected, use] of calls) {
        guarded = fixture.sent.length = 0;
        await use();
        assertEquals([fixture.sent.length, guarded], [expected, expected], String(use));
      }
    };
    const guard = () => {
      assertEquals(fixture.sent.length, guarded); // before its own command, after all earlier ones
      guarded++;
    };
    if (inTransaction) await fixture.inTransaction(work, guard);
    else await work(bindDatabase(fixture.db, { session: undefined, guard }).db);
  });

  mongodbTest(`bindDatabase() sends nothing once the guard throws ${where}`, async (server) => {
    await using fixture = await TransactionFixture.open(server);
    let allowed = 3;
    const guard = () => {
      if (allowed-- <= 0) throw new Stopped("no longer");
    };
    const work = async (db: Db) => {
      const cursor = db.collection("people").find({}, { batchSize: 2 });
      await cursor.next();
      fixture.sent.length = 0;
      const parallel = [6, 7, 8, 9].map((age) => db.collection("people").insertOne({ age }));
      const results = await Promise.allSettled(parallel);
      assertEquals(results.map(({ status }) => status), ["fulfilled", "fulfilled", "rejected", "rejected"]);
      assertEquals(fixture.sent.length, 2);
      fixture.sent.length = 0;
      for (const use of [cursor.next, cursor.hasNext, cursor.tryNext, cursor.toArray]) {
        await assertRejects(() => use(), Stopped);
      }
      await assertRejects(() => db.collection("people").insertOne({ age: 7 }), Stopped);
      await assertRejects(() => db.collection("people").find().toArray(), Stopped);
      await assertRejects(() => db.collection("people").initializeOrderedBulkOp().insert({}).execute(), Stopped);
      await assertRejects(() => db.command({ find: "people" }), Stopped);
      await assertRejects(async () => {
        for await (const _ of db.collection("people").find()) { /* never reached */ }
      }, Stopped);
      assertEquals(fixture.sent.filter(({ name }) => name !== "killCursors"), []);
      if (!inTransaction) assertThrows(() => db.watch(), Stopped);
    };
    if (inTransaction) await fixture.inTransaction(work, guard);
    else await work(bindDatabase(fixture.db, { session: undefined, guard }).db);
  });
}

mongodbTest("bindDatabase() lets nothing into the next transaction of the same session", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await using session = fixture.client.startSession();
  session.startTransaction(TRANSACTION);
  const bound = bindDatabase(fixture.db, { session, guard: () => {} });
  const cursor = bound.db.collection("people").find({}, { batchSize: 2 });
  await cursor.next();
  await bound.end();
  await session.commitTransaction();

  session.startTransaction(TRANSACTION);
  fixture.sent.length = 0;
  const uses = [
    () => bound.db.collection("people").insertOne({ age: 7 }),
    () => cursor.next(), // from what it has already fetched
    () => cursor.toArray(),
    () => bound.db.command({ find: "people" }),
  ];
  for (const use of uses) {
    const error = await assertRejects(use, MigrationError);
    assertEquals(error.code, "TRANSACTION_ENDED");
  }
  await cursor.close(); // would be the first command of the transaction, and spoil it
  assertEquals([fixture.sent, cursor.closed], [[], true]);
  await fixture.db.collection("people").insertOne({ age: 8 }, { session });
  await session.commitTransaction();
});

mongodbTest("bindDatabase() refuses when the transaction has ended behind its back", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await using session = fixture.client.startSession();
  session.startTransaction(TRANSACTION);
  const { db } = bindDatabase(fixture.db, { session, guard: () => {} });
  await db.collection("people").insertOne({ age: 7 });
  await session.abortTransaction();
  const error = await assertRejects(() => db.collection("people").insertOne({ age: 8 }), MigrationError);
  assertEquals(error.code, "TRANSACTION_ENDED");
  assertEquals(await fixture.db.collection("people").countDocuments(), 5);
});

mongodbTest("BoundDatabase.inTurn() sends a call of the driver between those of the change unit", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  let underWay = 0;
  let most = 0;
  fixture.client.on("commandStarted", () => most = Math.max(most, ++underWay));
  fixture.client.on("commandSucceeded", () => underWay--);
  await fixture.inTransaction(async (db, bound, session) => {
    const insert = (name: string) => db.collection("people").insertOne({ name });
    const own = () => fixture.db.collection("history").insertOne({ name: "own" }, { session });
    await Promise.all([insert("a"), bound.inTurn(own), insert("b")]);
    assertEquals(fixture.sent.map(({ command }) => command["insert"]), ["people", "history", "people"]);
    await bound.end();
    assertEquals((await bound.inTurn(own)).acknowledged, true);
  });
  assertEquals(most, 1);
});

mongodbTest("BoundDatabase.idle() waits for calls that nobody waited for", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await fixture.inTransaction(async (db, bound) => {
    const people = db.collection("people");
    let done = 0;
    for (let call = 0; call < 5; call++) people.insertOne({ call }).then(() => done++);
    await bound.idle();
    await bound.idle();
    assertEquals(done, 5);
    await people.insertOne({ after: true }); // idle is not the end
  });
});

mongodbTest("BoundDatabase.end() waits for calls that nobody waited for, then refuses", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  for (const session of [fixture.client.startSession(), undefined]) {
    session?.startTransaction(TRANSACTION);
    const bound = bindDatabase(fixture.db, { session, guard: () => {} });
    const people = bound.db.collection("people");
    fixture.sent.length = 0;
    const floating = Array.from({ length: 5 }, (_, call) => people.insertOne({ call }));
    await bound.end();
    assertEquals(fixture.sent.length, 5);
    await Promise.all(floating);
    const error = await assertRejects(() => people.insertOne({ late: true }), MigrationError);
    assertEquals(error.code, session === undefined ? "CONTEXT_ENDED" : "TRANSACTION_ENDED");
    assertEquals(fixture.sent.length, 5);
    await session?.abortTransaction();
    await session?.endSession();
  }
});
