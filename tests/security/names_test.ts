import { assert, assertEquals, assertRejects } from "@std/assert";
import { MongoClient } from "mongodb";
import { MigrationError, Runner } from "../../mod.ts";
import type { Driver } from "../../src/driver.ts";
import { MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { freshDatabaseName, mongodbTest } from "../mongodb_server.ts";
import { HOSTILE_TEXTS } from "./hostile_history.ts";

const comment = { by: "'; DROP TABLE users; --", reason: '{"$gt": ""} $where \x1b[31m' };

/** Executes, undoes, and repairs change units with such ids and authors. */
async function useHostileNames(driver: Driver<object>): Promise<void> {
  const texts = HOSTILE_TEXTS.filter(({ length }) => length < 1_000);
  const executed: string[] = [];
  const runner = new Runner({
    driver,
    hostname: "'); DROP TABLE users; --",
    metadata: JSON.parse('{"$where": "1", "a.b": "$x", "__proto__": {"polluted": true}}'),
    migrations: texts.map((text, index) => ({
      id: text,
      author: text,
      order: `${index + 1}`,
      execution: () => void executed.push(text),
      rollbackExecution: () => void executed.splice(executed.indexOf(text), 1),
    })),
  });
  const report = await runner.migrate();
  assertEquals(report.executed.map(({ id, author }) => [id, author]), texts.map((text) => [text, text]));
  assertEquals(executed, texts);
  assertEquals((await runner.migrate()).executed, []);
  await runner.undo({ to: texts[1] ?? "" });
  assertEquals(executed, texts.slice(0, 1));
  await runner.repair({ repairs: [{ id: "__proto__", author: "__proto__", as: "executed" }], comment });
  const history = await runner.history();
  const ids = new Set(history.flatMap(({ changeId }) => changeId === null ? [] : [changeId]));
  assertEquals([...ids].toSorted(), texts.toSorted());
  assertEquals(history.at(-1)?.comment, comment);
  assertEquals(({} as { polluted?: unknown }).polluted, undefined);
}

Deno.test("ids, authors and comments cannot inject SQL", async () => {
  using database = openDatabase(":memory:");
  database.exec("CREATE TABLE users (name TEXT) STRICT");
  await using driver = new SqliteDriver({ database });
  await useHostileNames(driver);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  assertEquals(tables.map(({ name }) => name), ["denock_history", "denock_lease", "users"]);
});

mongodbTest("ids, authors and comments cannot inject operators", async (server) => {
  await using client = new MongoClient(server.url(freshDatabaseName()));
  await using driver = new MongoDriver({ client });
  try {
    await useHostileNames(driver);
    const collections = await client.db().listCollections().toArray();
    assertEquals(collections.map(({ name }) => name).toSorted(), ["denockHistory", "denockLease"]);
  } finally {
    await client.db().dropDatabase();
  }
});

const tableNames: readonly string[] = [
  'x"; DROP TABLE users; --',
  "x'; DROP TABLE users; --",
  "users; --",
  "`x`",
  "[x]",
  "a b\tc\nd",
  "$where",
  "__proto__",
  "select",
  "\x1b[31mred",
  "\u00e9\u202e",
  "long".repeat(10_000),
];

for (const name of tableNames) {
  Deno.test(`a history table may be called ${JSON.stringify(name.slice(0, 30))} on SQLite, and is only that`, async () => {
    using database = openDatabase(":memory:");
    database.exec("CREATE TABLE users (name TEXT) STRICT");
    await using driver = new SqliteDriver({ database, historyTable: name, leaseTable: `${name} lease` });
    const migrations = [{ id: "one", order: "1", execution: () => {}, irreversible: "it does nothing" }];
    const runner = new Runner({ driver, migrations });
    assertEquals((await runner.plan()).steps.length, 1);
    assertEquals((await runner.migrate()).executed.length, 1);
    assertEquals(await runner.lockStatus(), null);
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    assertEquals(tables.map(({ name }) => name).toSorted(), ["users", name, `${name} lease`].toSorted());
  });
}

Deno.test("a table name with a zero byte, of nothing, or of SQLite itself is an error, and harms nothing", async () => {
  for (const name of ['x"\0; DROP TABLE users; --', "x\0", "sqlite_schema", "sqlite_history"]) {
    using database = openDatabase(":memory:");
    database.exec("CREATE TABLE users (name TEXT) STRICT");
    await using driver = new SqliteDriver({ database, historyTable: name });
    const migrations = [{ id: "one", order: "1", execution: () => {}, irreversible: "it does nothing" }];
    await assertRejects(() => new Runner({ driver, migrations }).migrate(), MigrationError);
    assert(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'users'").get() !== undefined, name);
  }
});

mongodbTest("a collection name is only that on MongoDB, or an error", async (server) => {
  const database = freshDatabaseName();
  await using client = new MongoClient(server.url(database));
  const migrations = [{ id: "one", order: "1", execution: () => {}, irreversible: "it does nothing" }];
  const use = async (historyCollection: string) => {
    await using driver = new MongoDriver({ client, historyCollection });
    return (await new Runner({ driver, migrations, retryMs: 1 }).migrate()).executed.length;
  };
  try {
    for (const name of ["__proto__", "a b", "x.y", "\x1b[31mred", "'; db.dropDatabase(); //"]) {
      assertEquals(await use(name), 1, name);
      assertEquals(await client.db().collection(name).countDocuments(), 2, name);
    }
    for (const name of ["$where", "x$y", "a\0b", "", "system.users", "long".repeat(100)]) {
      await assertRejects(() => use(name), Error, undefined, name.slice(0, 9));
    }
  } finally {
    await client.db().dropDatabase();
  }
});
