import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Db, type Document, MongoServerError, ReadPreference } from "mongodb";
import { RefusedInTransactionError } from "../../../src/drivers/mongodb/refused_in_transaction_error.ts";
import {
  COMMANDS_IN_TRANSACTION,
  REFUSED_DATABASES,
  REFUSED_STAGES,
  UNREADABLE_COLLECTIONS,
} from "../../../src/drivers/mongodb/transaction_limits.ts";
import { mongodbTest } from "../../mongodb_server.ts";
import { TransactionFixture } from "./transaction_fixture.ts";

const STAGES: Readonly<Record<string, Document>> = {
  $collStats: { count: {} },
  $merge: { into: "elsewhere" },
  $unionWith: { coll: "people" },
};

const COMMANDS: Readonly<Record<string, () => Document>> = {
  aggregate: () => ({ aggregate: "people", pipeline: [], cursor: {} }),
  delete: () => ({ delete: "people", deletes: [{ q: { age: 1 }, limit: 1 }] }),
  distinct: () => ({ distinct: "people", key: "age" }),
  find: () => ({ find: "people" }),
  findAndModify: () => ({ findAndModify: "people", query: { age: 1 }, remove: true }),
  findandmodify: () => ({ findandmodify: "people", query: { age: 1 }, remove: true }),
  insert: () => ({ insert: "people", documents: [{ age: 7 }] }),
  update: () => ({ update: "people", updates: [{ q: { age: 1 }, u: { $set: { age: 10 } } }] }),
};

async function codeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error instanceof MongoServerError ? error.code : error;
  }
  return "nothing";
}

/** Asserts that the work is refused in a transaction before anything is sent. */
async function assertRefused(fixture: TransactionFixture, text: string, work: (db: Db) => unknown): Promise<void> {
  await fixture.inTransaction(async (db) => {
    const error = await assertRejects(async () => await work(db), RefusedInTransactionError);
    assert(error.message.includes(text), error.message);
    assertEquals(fixture.sent, []);
  });
}

mongodbTest(
  "REFUSED_STAGES are the stages that the server refuses, also inside of other stages",
  async (server, context) => {
    await using fixture = await TransactionFixture.open(server);
    for (const [stage, code] of Object.entries(REFUSED_STAGES)) {
      const bad = { [stage]: STAGES[stage] ?? (stage === "$out" ? "elsewhere" : {}) };
      await context.step(stage, async () => {
        await assertRefused(fixture, stage, (db) => db.collection("people").aggregate([{ $match: {} }, bad]));
        await assertRefused(fixture, stage, (db) => db.collection("people").aggregate().addStage(bad).toArray());
        await assertRefused(fixture, stage, (db) => db.command({ aggregate: "people", pipeline: [bad], cursor: {} }));
        const lookup = { $lookup: { from: "people", as: "people", pipeline: [bad] } };
        await assertRefused(fixture, stage, (db) => db.collection("people").aggregate([lookup]));
        await assertRefused(fixture, stage, (db) => db.collection("people").aggregate([{ $facet: { people: [bad] } }]));
        const added: Document[] = [];
        await assertRefused(fixture, stage, (db) => {
          const cursor = db.collection("people").aggregate(added);
          added.push(bad);
          return cursor.toArray();
        });
        await fixture.inRawTransaction(async (session) => {
          const cursor = fixture.db.collection("people").aggregate([bad], { session });
          assertEquals(await codeOf(() => cursor.toArray()), code);
        });
      });
    }
  },
);

mongodbTest("COMMANDS_IN_TRANSACTION run in a transaction, and all others of the server do not", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  for (const [name, command] of Object.entries(COMMANDS)) {
    assert(name in COMMANDS_IN_TRANSACTION);
    await fixture.inTransaction(async (db) => {
      assertEquals((await db.command(command()))["ok"], 1, name);
    });
  }
  await fixture.inTransaction(async (db) => {
    const { cursor } = await db.command({ find: "people", batchSize: 2 });
    const more = await db.command({ getMore: cursor.id, collection: "people", batchSize: 1 });
    assertEquals(more["cursor"].nextBatch.length, 1);
    assertEquals((await db.command({ killCursors: "people", cursors: [cursor.id] }))["ok"], 1);
  });

  const { commands } = await fixture.db.command({ listCommands: 1 });
  const others = Object.keys(commands).filter((name) => !(name in COMMANDS_IN_TRANSACTION));
  assert(others.length > 100);
  await fixture.inTransaction(async (db) => {
    for (const name of others) {
      const error = await assertRejects(() => db.command({ [name]: 1 }), RefusedInTransactionError);
      assert(error.message.includes(`"${name}"`), error.message);
      assertThrows(() => db.runCursorCommand({ [name]: 1 }), RefusedInTransactionError);
    }
    assertEquals(fixture.sent, []);
  });
});

mongodbTest("db.command() refuses the fields that belong to the transaction", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  const fields = ["autocommit", "lsid", "readConcern", "startTransaction", "stmtId", "txnNumber", "writeConcern"];
  for (const field of fields) {
    await assertRefused(fixture, `"${field}"`, (db) => db.command({ find: "people", [field]: 1 }));
  }
  await assertRefused(fixture, '"explain"', (db) => db.command({ ...COMMANDS["aggregate"]!(), explain: true }));
  await assertRefused(fixture, "one of those", (db) => db.command({}));
});

mongodbTest("bindDatabase() refuses the namespaces that the server refuses", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  const { client } = fixture;
  for (const [name, code] of Object.entries(REFUSED_DATABASES)) {
    await fixture.inRawTransaction(async (session) => {
      assertEquals(await codeOf(() => client.db(name).collection("any").findOne({}, { session })), code);
    });
    const elsewhere = await TransactionFixture.open(server, name);
    await using _ = elsewhere;
    await assertRefused(elsewhere, `"${name}"`, (db) => db.collection("any").findOne());
    await assertRefused(elsewhere, `"${name}"`, (db) => db.collection("any").find());
    await assertRefused(elsewhere, `"${name}"`, (db) => db.collection("any").insertOne({}));
    await assertRefused(elsewhere, `"${name}"`, (db) => db.command({ find: "any" }));
    await assertRefused(elsewhere, `"${name}"`, (db) => db.aggregate([{ $documents: [] }]));
  }
  for (const [name, code] of Object.entries(UNREADABLE_COLLECTIONS)) {
    await fixture.inRawTransaction(async (session) => {
      assertEquals(await codeOf(() => fixture.db.collection(name).findOne({}, { session })), code);
    });
    await assertRefused(fixture, `"${name}"`, (db) => db.collection(name).findOne());
  }
  await fixture.inRawTransaction(async (session) => {
    assertEquals(await codeOf(() => fixture.db.collection("system.js").insertOne({}, { session })), 50791);
  });
  await assertRefused(fixture, '"system.js"', (db) => db.collection("system.js").insertOne({}));
  await assertRefused(fixture, '"system.js"', (db) => db.collection("system.js").initializeOrderedBulkOp());
  await assertRefused(fixture, '"system.js"', (db) => db.command({ insert: "system.js", documents: [{}] }));
  await fixture.inTransaction(async (db) => assertEquals(await db.collection("system.js").findOne(), null));
});

mongodbTest("bindDatabase() refuses options that only the transaction can choose", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  const weak: Record<string, unknown>[] = [
    { readConcern: { level: "local" } },
    { readConcern: "majority" },
    { level: "available" },
    { readPreference: "secondary" },
    { readPreference: ReadPreference.nearest },
    { writeConcern: { w: 1 } },
    { writeConcern: 0 },
    { w: 1 },
    { j: true },
    { wtimeoutMS: 5 },
    { explain: true },
    { explain: "queryPlanner" },
    { tailable: true },
  ];
  for (const options of weak) {
    const name = `"${Object.keys(options)[0]}"`;
    await assertRefused(fixture, name, (db) => db.collection("people").insertOne({ age: 7 }, options));
    await assertRefused(fixture, name, (db) => db.collection("people").updateOne({}, { $set: { age: 7 } }, options));
    await assertRefused(fixture, name, (db) => db.collection("people").find({}, options));
    await assertRefused(fixture, name, (db) => db.collection("people").initializeOrderedBulkOp(options));
    await assertRefused(fixture, name, (db) => db.collection("people").initializeOrderedBulkOp().execute(options));
    await assertRefused(fixture, name, (db) => db.command({ find: "people" }, options));
    await assertRefused(fixture, name, (db) => db.runCursorCommand({ find: "people" }, options));
  }
  const find = (db: Db) => db.collection("people").find();
  await assertRefused(fixture, '"readConcern"', (db) => find(db).withReadConcern({ level: "local" }));
  await assertRefused(fixture, '"readPreference"', (db) => find(db).withReadPreference("secondary"));
  await assertRefused(fixture, '"tailable"', (db) => find(db).addCursorFlag("tailable", true));
  await assertRefused(fixture, '"explain"', (db) => find(db).addQueryModifier("$explain", true));
});

mongodbTest("bindDatabase() refuses the session of another transaction", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await using session = fixture.client.startSession();
  await assertRefused(fixture, "another session", (db) => db.collection("people").insertOne({ age: 7 }, { session }));
  await assertRefused(fixture, "another session", (db) => db.collection("people").find({}, { session }));
  await assertRefused(fixture, "another session", (db) => db.command({ find: "people" }, { session }));
});

mongodbTest(
  "bindDatabase() accepts the options that the transaction has anyway, and does not send them",
  async (server) => {
    await using fixture = await TransactionFixture.open(server);
    await fixture.inTransaction(async (db, _bound, session) => {
      const same = {
        session,
        readConcern: { level: "snapshot" },
        readPreference: "primary",
        writeConcern: { w: "majority" },
        explain: false,
        comment: "kept",
      } as const;
      await db.collection("people").findOne({}, same);
      await db.collection("people").insertOne({ age: 7 }, same);
      await db.collection("people").find({}, same).withReadConcern("snapshot").withReadPreference("primary").toArray();
      for (const { command } of fixture.sent) {
        assertEquals([command["comment"], command["writeConcern"]], ["kept", undefined]);
        if (command["startTransaction"] !== true) assertEquals(command["readConcern"], undefined);
      }
      assertEquals(fixture.sent.length, 3);
    });
  },
);

mongodbTest("bindDatabase() puts the transaction above weak defaults of the collection", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await fixture.inTransaction(async (db) => {
    const people = db.collection("people", {
      readConcern: { level: "available" },
      readPreference: "secondary",
      writeConcern: { w: 0 },
    });
    assertEquals((await people.insertOne({ age: 7 })).acknowledged, true);
    assertEquals((await people.insertMany([{ age: 8 }])).acknowledged, true);
    await people.updateMany({}, { $inc: { age: 1 } });
    await people.find().toArray();
    await people.aggregate([{ $match: {} }]).toArray();
    assertEquals(await people.distinct("age", { age: 9 }), [9]);
    await people.initializeUnorderedBulkOp().insert({ age: 9 }).execute();
    for (const { command } of fixture.sent) {
      assertEquals(command["writeConcern"], undefined);
      const level = command["startTransaction"] === true ? "snapshot" : undefined;
      assertEquals((command["readConcern"] as { level?: string } | undefined)?.level, level);
    }
  });
});
