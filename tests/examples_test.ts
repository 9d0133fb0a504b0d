import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { type Db, MongoClient } from "mongodb";
import type { DatabaseSync } from "node:sqlite";
import { Runner } from "../mod.ts";
import { type MongoContext, MongoDriver } from "../src/drivers/mongodb/mod.ts";
import { openDatabase, type SqliteContext, SqliteDriver } from "../src/drivers/sqlite/mod.ts";
import { EXAMPLE_IDS, runExampleScript } from "./fixtures/example.ts";
import { freshDatabaseName, mongodbTest } from "./mongodb_server.ts";

const root = fromFileUrl(new URL("..", import.meta.url));
const folderOf = (flavour: string) => join(root, "migrations_example", flavour);

/** All data of a database, and the indexes, in a form that does not depend on the order in which it came about. */
type Snapshot = unknown;

/** A change unit of the examples, whichever form it is written in. */
interface ExampleChange {
  readonly beforeExecution?: (context: object) => unknown;
  readonly rollbackBeforeExecution?: (context: object) => unknown;
  readonly execution: (context: object) => unknown;
  readonly rollbackExecution?: (context: object) => unknown;
  readonly irreversible?: string;
}

async function loadExamples(flavour: string): Promise<ExampleChange[]> {
  const names = Array.from(Deno.readDirSync(folderOf(flavour)), ({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => {
    const module = await import(new URL(`../migrations_example/${flavour}/${name}`, import.meta.url).href);
    return module.default ?? module;
  }));
}

/** Executes the reversible change units one by one, rolls them back in reverse, and compares the data at each stop. */
async function thereAndBack(flavour: string, context: object, snapshot: () => Promise<Snapshot>): Promise<void> {
  const changes = (await loadExamples(flavour)).filter(({ irreversible }) => irreversible === undefined);
  assertEquals(changes.length, 4);
  const stops: Snapshot[] = [];
  for (const change of changes) {
    stops.push(await snapshot());
    await change.beforeExecution?.(context);
    await change.execution(context);
  }
  for (const change of changes.toReversed()) {
    await change.rollbackExecution?.(context);
    await change.rollbackBeforeExecution?.(context);
    assertEquals(await snapshot(), stops.pop());
  }
}

function snapshotSqlite(database: DatabaseSync): Promise<Snapshot> {
  const ours = "name NOT LIKE 'denock_%' AND name NOT LIKE 'sqlite_%'";
  const names = database.prepare(`SELECT type, name FROM sqlite_schema WHERE ${ours} ORDER BY type, name`).all();
  const rows = names.filter(({ type }) => type === "table").map(({ name }) =>
    database.prepare(`SELECT * FROM "${name}" ORDER BY id`).all().map(sortFields)
  );
  return Promise.resolve({ names, rows });
}

async function snapshotMongodb(db: Db): Promise<Snapshot> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
    .filter((name) => !name.startsWith("denock")).sort();
  return await Promise.all(names.map(async (name) => ({
    name,
    indexes: Object.keys(await db.collection(name).indexInformation()).sort(),
    documents: (await db.collection(name).find({}, { sort: { _id: 1 } }).toArray()).map(sortFields),
  })));
}

function sortFields(row: object): object {
  return Object.fromEntries(Object.entries(row).toSorted(([left], [right]) => left < right ? -1 : 1));
}

Deno.test("the SQLite example applies five change units and leaves the data that they describe", async () => {
  using database = openDatabase(":memory:");
  await using driver = new SqliteDriver({ database });
  const runner = new Runner({ driver, migrations: folderOf("sqlite") });
  const report = await runner.migrate();
  assertEquals(report.executed.map(({ id }) => id), EXAMPLE_IDS);
  assertEquals((await runner.migrate()).executed, []);
  assertEquals(database.prepare("SELECT * FROM customers ORDER BY id").all().map((row) => ({ ...row })), [
    { id: 1, email: "grace@example.org", first_name: "Grace", last_name: "Hopper" },
    { id: 2, email: "ada@example.org", first_name: "Ada", last_name: "King Lovelace" },
    { id: 3, email: "plato@example.org", first_name: "Plato", last_name: null },
  ]);
  const totals = database.prepare("SELECT id, total_cents FROM orders ORDER BY id").all();
  assertEquals(totals.map((row) => row.total_cents), [3490, 2700, 1800]);
});

Deno.test("the SQLite example gives back the same data with each rollback", async () => {
  using database = openDatabase(":memory:");
  const context: Pick<SqliteContext, "db" | "log"> = { db: database, log() {} };
  await thereAndBack("sqlite", context, () => snapshotSqlite(database));
});

Deno.test("the SQLite example is undone by a runner up to where it is irreversible", async () => {
  using database = openDatabase(":memory:");
  await using driver = new SqliteDriver({ database });
  const runner = new Runner({ driver, migrations: folderOf("sqlite") });
  const before = await snapshotSqlite(database);
  await runner.migrate({ to: "add_order_totals" });
  await runner.undo({ all: true });
  assertEquals(await snapshotSqlite(database), before);
  await runner.migrate();
  const error = await runner.undo({ all: true }).catch((error) => error);
  assertStringIncludes(error.message, "CHANGE_IRREVERSIBLE");
});

Deno.test("the SQLite example rolls totals back that were never or only half begun", async () => {
  using database = openDatabase(":memory:");
  const context: Pick<SqliteContext, "db" | "log"> = { db: database, log() {} };
  const [customers, orders, names, totals] = await loadExamples("sqlite");
  for (const change of [customers, orders, names]) await change?.execution(context);
  const before = await snapshotSqlite(database);
  await totals?.rollbackExecution?.(context);
  assertEquals(await snapshotSqlite(database), before);
  database.exec("ALTER TABLE orders ADD COLUMN total_cents INTEGER; UPDATE orders SET total_cents = 1 WHERE id = 1");
  await totals?.rollbackExecution?.(context);
  assertEquals(await snapshotSqlite(database), before);
});

Deno.test("run_sqlite.ts applies the example, lists it, and finds nothing pending the second time", async () => {
  const folder = `.data/${freshDatabaseName()}`;
  try {
    const { code, text } = await runExampleScript("run_sqlite.ts", [`${folder}/shop.db`]);
    assertEquals(code, 0, text);
    for (const id of EXAMPLE_IDS) assertStringIncludes(text, id);
    assertStringIncludes(text, "Nothing is pending");
    using database = openDatabase(join(root, folder, "shop.db"), { readOnly: true });
    const entries = database.prepare("SELECT change_id FROM denock_history WHERE state = 'EXECUTED' ORDER BY seq")
      .all();
    assertEquals(entries.map(({ change_id }) => change_id), EXAMPLE_IDS);
  } finally {
    await Deno.remove(join(root, folder), { recursive: true });
  }
});

mongodbTest("the MongoDB example applies five change units and leaves the data that they describe", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  const db = client.db();
  {
    await using driver = new MongoDriver({ client });
    const runner = new Runner({ driver, migrations: folderOf("mongodb") });
    assertEquals((await runner.migrate()).executed.map(({ id }) => id), EXAMPLE_IDS);
    assertEquals((await runner.migrate()).executed, []);
  }
  assertEquals((await db.collection("customers").find({}, { sort: { _id: 1 } }).toArray()).map(sortFields), [
    { _id: 1, email: "grace@example.org", firstName: "Grace", lastName: "Hopper" },
    { _id: 2, email: "ada@example.org", firstName: "Ada", lastName: "King Lovelace" },
    { _id: 3, email: "plato@example.org", firstName: "Plato" },
  ]);
  const orders = await db.collection("orders").find({}, { sort: { _id: 1 } }).toArray();
  assertEquals(orders.map(({ totalCents }) => totalCents), [3490, 2700, 2550]);
  assert(await db.collection("customers").indexExists("email_1"));
  assert(await db.collection("orders").indexExists(["customerId_1_orderedOn_1", "totalCents_-1"]));
  await db.dropDatabase();
});

mongodbTest("the MongoDB example gives back the same data with each rollback", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  const db = client.db();
  const context: Pick<MongoContext, "db" | "log"> = { db, log() {} };
  await thereAndBack("mongodb", context, () => snapshotMongodb(db));
  await db.dropDatabase();
});

mongodbTest("the MongoDB example is undone by a runner up to where it is irreversible", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  const db = client.db();
  await using driver = new MongoDriver({ client });
  const runner = new Runner({ driver, migrations: folderOf("mongodb") });
  const before = await snapshotMongodb(db);
  await runner.migrate({ to: "add_order_totals" });
  await runner.undo({ all: true });
  assertEquals(await snapshotMongodb(db), before);
  await runner.migrate();
  const error = await runner.undo({ all: true }).catch((error) => error);
  assertStringIncludes(error.message, "CHANGE_IRREVERSIBLE");
  await db.dropDatabase();
});

mongodbTest("the MongoDB example rolls totals back that were never or only half begun", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  const db = client.db();
  const context: Pick<MongoContext, "db" | "log"> = { db, log() {} };
  const [, orders, , totals] = await loadExamples("mongodb");
  await orders?.beforeExecution?.(context);
  await orders?.execution(context);
  const before = await snapshotMongodb(db);
  await totals?.rollbackExecution?.(context);
  assertEquals(await snapshotMongodb(db), before);
  await db.collection<{ _id: number }>("orders").updateOne({ _id: 1 }, { $set: { totalCents: 1 } });
  await totals?.rollbackExecution?.(context);
  assertEquals(await snapshotMongodb(db), before);
  await db.dropDatabase();
});

mongodbTest("the MongoDB example leaves a collection alone that was there before", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  const db = client.db();
  await db.collection("customers").insertOne({ name: "Hypatia" });
  await using driver = new MongoDriver({ client });
  const runner = new Runner({ driver, migrations: folderOf("mongodb") });
  const message = await runner.migrate().then(() => "", (error: Error) => error.message);
  assertStringIncludes(message, "0001_create_customers.ts");
  assertEquals(await db.collection("customers").countDocuments(), 1);
  await db.dropDatabase();
});

mongodbTest(
  "run_mongodb.ts applies the example, lists it, and finds nothing pending the second time",
  async (server) => {
    const database = server.url(freshDatabaseName());
    const { code, text } = await runExampleScript("run_mongodb.ts", [], { DENOCK_DATABASE: database });
    assertEquals(code, 0, text);
    for (const id of EXAMPLE_IDS) assertStringIncludes(text, id);
    assertStringIncludes(text, "Nothing is pending");
    await using client = new MongoClient(database);
    const entries = await client.db().collection("denockHistory").find({ state: "EXECUTED", type: "EXECUTION" })
      .sort({ _id: 1 }).toArray();
    assertEquals(entries.map(({ changeId }) => changeId), EXAMPLE_IDS);
    await client.db().dropDatabase();
  },
);

mongodbTest("run_mongodb.ts refuses a database that holds something else", async (server) => {
  const database = server.url(freshDatabaseName());
  await using client = new MongoClient(database);
  await client.db().collection("customers").insertOne({ name: "Hypatia" });
  const { code, text } = await runExampleScript("run_mongodb.ts", [], { DENOCK_DATABASE: database });
  assertEquals(code, 2, text);
  assertStringIncludes(text, "this one has the collection customers");
  assertEquals(await client.db().collection("customers").countDocuments(), 1);
  await client.db().dropDatabase();
});

Deno.test("run_mongodb.ts prints no password", async () => {
  const database = "mongodb://ann:open-sesame@127.0.0.1:1:1/shop";
  const { code, text } = await runExampleScript("run_mongodb.ts", [], { DENOCK_DATABASE: database });
  assertEquals(code, 5, text);
  assert(!text.includes("open-sesame"), text);
});
