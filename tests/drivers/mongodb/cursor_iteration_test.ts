import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type Db, FindCursor } from "mongodb";
import { bindDatabase } from "../../../src/drivers/mongodb/bound_database.ts";
import { mongodbTest } from "../../mongodb_server.ts";
import { outsideOf, TransactionFixture } from "./transaction_fixture.ts";

const OUTSIDE = { session: undefined, guard: () => {} };

class Stopped extends Error {}

for (const inTransaction of [true, false]) {
  const where = inTransaction ? "in a transaction" : "outside of one";

  mongodbTest(`bindDatabase() reads cursors in every way ${where}`, async (server) => {
    await using fixture = await TransactionFixture.open(server);
    const work = async (db: Db) => {
      const sorted = () => db.collection("people").find({}, { batchSize: 2 }).project({ _id: 0 }).sort({ age: 1 });
      const all = [1, 2, 3, 4, 5].map((age) => ({ age }));
      assertEquals(await sorted().toArray(), all);
      const iterated = [];
      for await (const person of sorted()) iterated.push(person);
      assertEquals(iterated, all);
      const visited: unknown[] = [];
      await sorted().forEach((person) => visited.push(person) < 3);
      assertEquals(visited, all.slice(0, 3));
      assertEquals(await Array.fromAsync(sorted().stream()), all);

      const cursor = sorted();
      assertEquals(await cursor.hasNext(), true);
      assertEquals([await cursor.next(), await cursor.tryNext()], all.slice(0, 2));
      // The client itself cannot do this in parallel; in a transaction the queue makes it right.
      const rest = inTransaction ? await Promise.all([3, 4, 5].map(() => cursor.next())) : await cursor.toArray();
      assertEquals(rest, all.slice(2));
      assertEquals(await cursor.hasNext(), false);
      cursor.rewind();
      assertEquals(await cursor.next(), all[0]);
      assertThrows(() => cursor.map((person) => person)); // reading has begun
      await cursor.close();
      assertEquals(await cursor.toArray(), []);

      const clone = sorted().skip(1).clone();
      assertInstanceOf(clone, FindCursor);
      assertEquals(await clone.limit(2).toArray(), all.slice(1, 3));
      const documents = await db.collection("people").aggregate([], { batchSize: 2 }).sort({ age: 1 }).limit(3).clone()
        .toArray();
      assertEquals(documents.map(({ age }) => age), [1, 2, 3]);
      assertEquals((await db.runCursorCommand({ find: "people", batchSize: 2 }).setBatchSize(2).toArray()).length, 5);
    };
    if (inTransaction) {
      await fixture.inTransaction(async (db, _bound, session) => {
        await work(db);
        assertEquals(outsideOf(session, fixture.sent), []);
      });
    } else await work(bindDatabase(fixture.db, OUTSIDE).db);
  });

  mongodbTest(`bindDatabase() lets functions given to a cursor use the database ${where}`, async (server) => {
    await using fixture = await TransactionFixture.open(server);
    const work = async (db: Db) => {
      const people = db.collection("people");
      const counted = people.find({}, { batchSize: 2 })
        .map(({ age }) => age as number)
        .map(async (age) => await people.countDocuments({ age: { $lte: age } }));
      assertEquals(await counted.toArray() as unknown, [1, 2, 3, 4, 5]);
      const calls: Promise<unknown>[] = [];
      await people.find({}, { batchSize: 2 }).forEach(({ age }) => {
        calls.push(people.updateOne({ age }, { $set: { seen: true } }));
      });
      await Promise.all(calls);
      assertEquals(await people.countDocuments({ seen: true }), 5);
      for await (const { _id } of people.find({}, { batchSize: 2 })) await people.deleteOne({ _id });
      assertEquals(await people.countDocuments(), 0);
    };
    if (inTransaction) await fixture.inTransaction(work);
    else await work(bindDatabase(fixture.db, OUTSIDE).db);
  });
}

mongodbTest("bindDatabase() closes a cursor in the transaction when its reader leaves", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  await fixture.inTransaction(async (db, _bound, session) => {
    const people = () => db.collection("people").find({}, { batchSize: 2 });
    for await (const _ of people()) break;
    await assertRejects(() => people().map(() => Promise.reject(new Stopped())).toArray(), Stopped);
    await assertRejects(() => people().map(() => null).toArray(), TypeError);
    const failing = people().map(() => Promise.reject(new Stopped()));
    await assertRejects(() => failing.next(), Stopped);
    assertEquals(failing.killed, true);
    {
      await using cursor = people();
      await cursor.next();
    }
    const stream = people().stream();
    const closed = new Promise((resolve) => stream.once("close", resolve));
    for await (const _ of stream) break;
    await closed;
    assertEquals(fixture.sent.filter(({ name }) => name === "killCursors").length, 6);
    assertEquals(outsideOf(session, fixture.sent), []);
  });
});
