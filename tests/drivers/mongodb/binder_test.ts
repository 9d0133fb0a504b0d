import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { Collection, Db, GridFSBucket, MongoServerError, OrderedBulkOperation } from "mongodb";
import { bindDatabase } from "../../../src/drivers/mongodb/bound_database.ts";
import { type BoundClass, METHOD_TABLE } from "../../../src/drivers/mongodb/method_table.ts";
import { RefusedInTransactionError } from "../../../src/drivers/mongodb/refused_in_transaction_error.ts";
import { mongodbTest } from "../../mongodb_server.ts";
import { ARGUMENTS, INSTANCES, useUp } from "./client_samples.ts";
import { TRANSACTION, TransactionFixture } from "./transaction_fixture.ts";

mongodbTest("bindDatabase() keeps what the objects of the client are", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await fixture.inTransaction(async (db) => {
    const people = db.collection<{ age: number }>("people");
    assertInstanceOf(db, Db);
    assertInstanceOf(people, Collection);
    assertEquals([db.databaseName, people.collectionName], [fixture.db.databaseName, "people"]);
    assertEquals([people.namespace, people.dbName], [`${db.databaseName}.people`, db.databaseName]);
    assertEquals(people.writeConcern, fixture.db.collection("people").writeConcern);
    people.hint = { age: 1 };
    assertEquals(people.hint, { age: 1 });

    assertStrictEquals(people.db, db);
    const cursor = people.find();
    assertStrictEquals(cursor.sort({ age: 1 }).limit(1), cursor);
    assertStrictEquals(cursor.map((person) => person.age) as unknown, cursor);
    assertStrictEquals(cursor.on("close", () => {}), cursor);
    const bulk = people.initializeOrderedBulkOp();
    assertInstanceOf(bulk, OrderedBulkOperation);
    assertStrictEquals(bulk.insert({ age: 6 }), bulk);
    assertStrictEquals(bulk.find({ age: 1 }).upsert().updateOne({ $set: { age: 2 } }), bulk);
    assertStrictEquals(bulk.find({ age: 3 }).delete(), bulk);
    assertEquals((await bulk.execute()).modifiedCount, 1);
    assertEquals(await Promise.resolve(db), db); // no then
  });
});

mongodbTest("bindDatabase() gives no silent way out of the transaction", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await using other = fixture.client.startSession();
  await fixture.inTransaction((db) => {
    const people = db.collection("people");
    const cursor = people.find();
    const bulk = people.initializeOrderedBulkOp();
    const ways: (() => unknown)[] = [
      () => db.client,
      () => Reflect.get(people, "client"),
      () => Reflect.get(cursor, "client"),
      () => Reflect.get(db, "s"),
      () => Reflect.get(people, "s"),
      () => Reflect.get(bulk, "s"),
      () => Reflect.get(cursor, "cursorClient"),
      () => Reflect.set(cursor, "session", other),
      () => Reflect.set(people, "db", fixture.db),
      () => Reflect.get(new GridFSBucket(db).find(), "client"),
    ];
    for (const way of ways) assertThrows(way, RefusedInTransactionError, "in a transaction", String(way));
  });
});

mongodbTest("bindDatabase() refuses members of a newer client in a transaction", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  class NewerDb extends Db {
    readonly #secret = "private members work";
    readonly novelty = 1;
    announce() {
      return this.#secret;
    }
    override get databaseName() {
      return `${super.databaseName} ${this.#secret}`;
    }
  }
  const newer = new NewerDb(fixture.client, "any");
  await using session = fixture.client.startSession();
  session.startTransaction(TRANSACTION);
  const inside = bindDatabase(newer, { session, guard: () => {} }).db as NewerDb;
  assertEquals(inside.databaseName, "any private members work");
  const announce = inside.announce; // to look is allowed
  assertThrows(() => announce(), RefusedInTransactionError, "db.announce");
  assertThrows(() => inside.novelty, RefusedInTransactionError, "db.novelty");
  assertEquals(Reflect.get(inside, "absent"), undefined);
  assertEquals(`${inside}`, "[object Object]");
  await session.abortTransaction();

  let guarded = 0;
  const outside = bindDatabase(newer, { session: undefined, guard: () => guarded++ }).db as NewerDb;
  assertEquals([outside.announce(), outside.novelty, guarded], ["private members work", 1, 1]);
});

mongodbTest("bindDatabase() refuses nothing outside of a transaction", async (server, context) => {
  await using fixture = await TransactionFixture.open(server);
  let guarded = 0;
  const { db } = bindDatabase(fixture.db, { session: undefined, guard: () => guarded++ });
  for (const [boundClass, methods] of Object.entries(ARGUMENTS)) {
    for (const name of Object.keys(methods)) {
      const rule = METHOD_TABLE[boundClass as BoundClass][name]!;
      await context.step(`${boundClass}.${name}`, async () => {
        if (!(await fixture.db.listCollections({ name: "people" }).hasNext())) {
          await fixture.db.createCollection("people");
        }
        guarded = 0;
        const instance = INSTANCES[boundClass as BoundClass]!(db, {});
        const method = Reflect.get(instance, name) as (...args: unknown[]) => unknown;
        const use = async () => await useUp(method(...methods[name]!()));
        await use().catch((error) => assertInstanceOf(error, MongoServerError)); // no such user, index, …
        const sends = rule.kind === "operation" || !rule.returns || rule.returns.endsWith("Cursor");
        assert(!sends || guarded > 0 || name === "out", "not guarded");
      });
    }
  }
});

mongodbTest("bindDatabase() binds what comes out of the database outside of a transaction too", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  let guarded = 0;
  const { db } = bindDatabase(fixture.db, { session: undefined, guard: () => guarded++ });
  const created = await db.createCollection("created");
  const renamed = await created.rename("renamed");
  const all = await db.collections();
  for (const collection of [created, renamed, ...all]) {
    assertStrictEquals(collection.db, db);
    guarded = 0;
    await collection.countDocuments();
    assertEquals(guarded, 1);
  }
  await renamed.createIndex({ age: 1 });
  assertEquals((await renamed.listIndexes().toArray()).length, 2);
  await db.collection("people").aggregate([{ $out: "copied" }]).toArray();
  assertEquals(await db.collection("copied").countDocuments(), 5);
  assertStrictEquals(db.client, fixture.client);

  const upload = new GridFSBucket(db).openUploadStream("greeting");
  await new Promise((resolve, reject) => upload.once("finish", resolve).once("error", reject).end("hello"));
  assertEquals(await db.collection("fs.files").countDocuments(), 1);
});
