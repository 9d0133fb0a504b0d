import { assert, assertEquals, assertMatch } from "@std/assert";
import { MongoClient } from "mongodb";
import { ChangeFailedError, Runner } from "../../mod.ts";
import { MongoDriver, type MongoDriverContext } from "../../src/drivers/mongodb/mod.ts";
import { openDatabase, SqliteDriver, type SqliteDriverContext } from "../../src/drivers/sqlite/mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { freshDatabaseName, mongodbTest } from "../mongodb_server.ts";
import { assertNoneOf, denock } from "./command_line.ts";

/** What stands in documents of other people. */
const CONTENTS = "canary-contents";

/** Change units whose errors quote contents: the body of each is given `users`, a collection with one document. */
const MONGODB_BODIES: Readonly<Record<string, string>> = {
  duplicate_key: 'await users.insertOne({ email: "canary-contents" });',
  bulk_write: 'await users.insertMany([{ email: "canary-contents" }, { email: "canary-contents 2" }]);',
  duplicate_in_update:
    'await users.insertOne({ n: 1 }); await users.updateOne({ n: 1 }, { $set: { email: "canary-contents" } });',
  validation: 'await db.collection("checked").insertOne({ name: { is: "canary-contents" } });',
  validation_in_bulk: 'await db.collection("checked").insertMany([{ name: 1, secret: "canary-contents" }]);',
  increment_of_text: "await users.updateOne({}, { $inc: { email: 1 } });",
  number_of_text: 'await users.aggregate([{ $project: { n: { $toInt: "$email" } } }]).toArray();',
  date_of_text:
    'await users.aggregate([{ $project: { n: { $dateFromString: { dateString: "$email" } } } }]).toArray();',
  id_of_text: 'await users.aggregate([{ $project: { n: { $toObjectId: "$email" } } }]).toArray();',
  json_of_text: "JSON.parse((await users.findOne()).email);",
  json_of_more: 'JSON.parse(`{"email": ${(await users.findOne()).email}, "more": "${"x".repeat(40)}"}`);',
};

mongodbTest(
  "the history, the output and the report have no contents of documents that MongoDB quotes",
  async (server) => {
    const name = freshDatabaseName();
    const options = ["--database", server.url(name)];
    await using client = new MongoClient(server.url(name));
    const db = client.db();
    await db.collection("users").createIndex({ email: 1 }, { unique: true });
    await db.collection("users").insertOne({ email: CONTENTS });
    await db.createCollection("checked", {
      validator: { $jsonSchema: { properties: { name: { bsonType: "string" } } } },
    });
    const entries = Object.entries(MONGODB_BODIES);
    await using folder = await WorkFolder.make(Object.fromEntries(entries.map(([id, body], index) => [
      `migrations/${index + 1}_${id}.ts`,
      `export const failFast = false;
     export const irreversible = "it fails";
     export async function execution({ db }: any) { const users = db.collection("users"); ${body} }`,
    ])));
    try {
      for (const words of [["migrate"], ["migrate", "--json"], ["list"], ["list", "--json"], ["history", "--json"]]) {
        const { stdout, stderr } = await denock([...words, ...options, "--migrations", `${folder.path}/migrations`]);
        assertNoneOf([CONTENTS], { stdout, stderr });
      }
      const stored = await db.collection("denockHistory").find({ error: { $ne: null } }).toArray();
      assertEquals(new Set(stored.map(({ changeId }) => changeId)).size, entries.length, "each of them has failed");
      assertNoneOf([CONTENTS], { history: JSON.stringify(stored) });
      const [duplicate] = stored.filter(({ changeId }) => changeId === "duplicate_key");
      assertEquals([duplicate?.error.name, duplicate?.error.code], ["MongoServerError", "11000"]);
      assertMatch(
        duplicate?.error.message,
        /^E11000 duplicate key error collection: \w+\.users index: email_1 dup key: \{…\}$/,
      );
    } finally {
      await db.dropDatabase();
    }
  },
);

mongodbTest("ChangeFailedError has the error of the client as its cause, and quotes nothing itself", async (server) => {
  const name = freshDatabaseName();
  await using client = new MongoClient(server.url(name));
  await client.db().collection("users").createIndex({ email: 1 }, { unique: true });
  await client.db().collection("users").insertOne({ email: CONTENTS });
  await using driver = new MongoDriver({ client });
  const runner = new Runner<MongoDriverContext>({
    driver,
    migrations: [{
      id: "add_ann",
      order: "1",
      irreversible: "it fails",
      async execution({ db }) {
        await db.collection("users").insertOne({ email: CONTENTS });
      },
    }],
  });
  try {
    const error = await runner.migrate().catch((thrown) => thrown);
    assert(error instanceof ChangeFailedError);
    assert(Deno.inspect(error.cause).includes(CONTENTS), "whoever catches it may look");
    assertNoneOf([CONTENTS], { message: error.message, json: JSON.stringify(error), stack: `${error.stack}` });
  } finally {
    await client.db().dropDatabase();
  }
});

Deno.test("the history on SQLite has no contents of rows", async () => {
  using database = openDatabase(":memory:");
  database.exec("CREATE TABLE users (email TEXT UNIQUE CHECK (length(email) < 40), n INTEGER) STRICT");
  database.exec(`INSERT INTO users (email) VALUES ('${CONTENTS}')`);
  const statements = [
    `INSERT INTO users (email) VALUES ('${CONTENTS}')`,
    `INSERT INTO users (email) VALUES ('${CONTENTS.repeat(9)}')`,
    `INSERT INTO users (n) VALUES ('${CONTENTS}')`,
    `SELECT json_extract(email, '$.a') FROM users`,
  ];
  await using driver = new SqliteDriver({ database });
  const runner = new Runner<SqliteDriverContext>({
    driver,
    migrations: statements.map((statement, index) => ({
      id: `statement_${index}`,
      order: `${index}`,
      failFast: false,
      irreversible: "it fails",
      execution({ db }: SqliteDriverContext) {
        db.prepare(statement).all();
      },
    })),
  });
  const error = await runner.migrate().then((report) => report, (thrown) => thrown.report);
  assertEquals(error.failed.length, statements.length);
  const stored = database.prepare("SELECT * FROM denock_history").all();
  assertNoneOf([CONTENTS], { stored: JSON.stringify(stored), report: JSON.stringify(error) });
});
