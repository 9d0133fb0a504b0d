import { assertEquals, assertRejects } from "@std/assert";
import { type ClientSession, type Collection, type Db, MongoClient } from "mongodb";
import { ChangeFailedError, Runner } from "../../../mod.ts";
import {
  BeforeExecution,
  ChangeUnit,
  Execution,
  RollbackBeforeExecution,
  RollbackExecution,
} from "../../../src/change_unit/decorators.ts";
import { type MongoContext, MongoDriver } from "../../../src/drivers/mongodb/mod.ts";
import { freshDatabaseName, mongodbTest } from "../../mongodb_server.ts";

interface Client {
  readonly name: string;
}

/** Writes through what its constructor has kept, and fails where it is told to. */
class Fill {
  static failing = false;
  readonly #clients: Collection<Client>;
  readonly #db: Db;

  constructor({ db }: MongoContext) {
    this.#db = db;
    this.#clients = db.collection("clients");
  }

  @BeforeExecution
  async before() {
    await this.#db.createCollection("clients");
    await this.#clients.insertOne({ name: "before" });
  }

  @RollbackBeforeExecution
  async rollbackBefore() {
    await this.#clients.deleteMany({ name: "before" });
  }

  @Execution
  async execute() {
    await this.#clients.insertOne({ name: "kept collection" });
    await this.#db.collection("clients").insertOne({ name: "kept db" });
    for await (const { name } of this.#clients.find()) await this.#clients.insertOne({ name: `${name} again` });
    if (Fill.failing) throw new Error("it fails");
  }

  @RollbackExecution
  async rollback() {
    await this.#clients.deleteMany({});
  }
}

@ChangeUnit({ id: "fill", order: "1" })
class Transactional extends Fill {}

/** Goes past the database of the context, by a client and a session that it has kept. */
@ChangeUnit({ id: "fill", order: "1", irreversible: "nobody would want that" })
class PastTheContext {
  readonly #client: MongoClient;
  readonly #session: ClientSession | undefined;
  readonly #name: string;

  constructor({ client, session, db }: MongoContext) {
    this.#client = client;
    this.#session = session;
    this.#name = db.databaseName;
  }

  @Execution
  async execute() {
    const clients = this.#client.db(this.#name).collection<Client>("clients");
    await clients.insertOne({ name: "kept session" }, this.#session === undefined ? {} : { session: this.#session });
    if (Fill.failing) throw new Error("it fails");
  }
}

@ChangeUnit({ id: "fill", order: "1" })
class SessionTooEarly extends Fill {
  constructor(context: MongoContext) {
    super(context);
    void context.session;
  }
}

/** Migrates, with success or without, and gives the names in the collection. */
async function namesAfter(
  uri: string,
  unit: new (context: MongoContext) => object,
  message?: string,
): Promise<string[]> {
  await using client = new MongoClient(uri);
  await using driver = new MongoDriver({ client, database: freshDatabaseName() });
  Fill.failing = message === "it fails";
  const migrated = new Runner({ driver, migrations: [unit] }).migrate();
  if (message === undefined) await migrated;
  else await assertRejects(() => migrated, ChangeFailedError, message);
  const { db } = driver.context(() => {});
  const names = (await db.collection<Client>("clients").find().toArray()).map(({ name }) => name).toSorted();
  await db.dropDatabase();
  return names;
}

mongodbTest(
  "A class on MongoDB writes through a db and a collection that its constructor has kept",
  async ({ uri }) => {
    const names = ["before", "before again", "kept collection", "kept collection again", "kept db", "kept db again"];
    assertEquals(await namesAfter(uri, Transactional), names);
  },
);

mongodbTest("What a class on MongoDB writes through that is rolled back with its transaction", async ({ uri }) => {
  assertEquals(await namesAfter(uri, Transactional, "it fails"), []);
});

mongodbTest(
  "A class on MongoDB writes through a client and a session that its constructor has kept",
  async ({ uri }) => {
    assertEquals(await namesAfter(uri, PastTheContext), ["kept session"]);
    assertEquals(await namesAfter(uri, PastTheContext, "it fails"), []);
  },
);

mongodbTest(
  "A class on MongoDB cannot take the session of a before step for that of its transaction",
  async ({ uri }) => {
    assertEquals(await namesAfter(uri, SessionTooEarly, "`session`"), []);
  },
);
