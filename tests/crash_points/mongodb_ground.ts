import { type Collection, type Db, MongoClient } from "mongodb";
import { type MongoContext, MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { freshDatabaseName, type MongodbServer } from "../mongodb_server.ts";
import type { Abandoned, Connection, Counters, Ground } from "./ground.ts";

/** A document that counts. */
interface Counter {
  readonly _id: string;
  readonly value: number;
}

const COLLECTIONS = ["counters", "denockHistory", "denockLease"];

/** A database on a replica set. */
export class MongodbGround implements Ground, AsyncDisposable {
  readonly outside: MongoDriver;
  readonly #client: MongoClient;
  readonly #database: Db;
  readonly #counters: Collection<Counter>;
  readonly #drivers: MongoDriver[] = [];
  /** Sessions of processes that are over; those of processes that are gone may have a transaction open. */
  #left: string[] = [];

  readonly #abandoned: Abandoned;

  private constructor(client: MongoClient, abandoned: Abandoned) {
    this.#abandoned = abandoned;
    this.outside = new MongoDriver({ client });
    this.#client = client;
    this.#database = client.db();
    this.#counters = this.#database.collection<Counter>("counters");
  }

  /** Makes the database. */
  static async make(server: MongodbServer, abandoned: Abandoned = "stay"): Promise<MongodbGround> {
    const client = await new MongoClient(server.url(freshDatabaseName())).connect();
    const ground = new MongodbGround(client, abandoned);
    for (const name of COLLECTIONS) await ground.#database.createCollection(name);
    return ground;
  }

  connect(): Connection {
    const driver = new MongoDriver({ client: this.#client });
    this.#drivers.push(driver);
    return {
      driver,
      cut: async () => {
        this.#left.push(driver.session);
        if (this.#abandoned === "are ended") await this.#endTransactions();
      },
    };
  }

  async add({ db }: MongoContext, key: string): Promise<void> {
    await db.collection<Counter>("counters").updateOne({ _id: key }, { $inc: { value: 1 } }, { upsert: true });
  }

  async clear({ db }: MongoContext, key: string): Promise<void> {
    await db.collection<Counter>("counters").deleteOne({ _id: key });
  }

  async counters(): Promise<Counters> {
    const found = await this.#counters.find().toArray();
    return new Map(found.map(({ _id, value }) => [_id, value]));
  }

  async put(key: string, value: number): Promise<void> {
    if (value === 0) await this.#counters.deleteOne({ _id: key });
    else await this.#counters.updateOne({ _id: key }, { $set: { value } }, { upsert: true });
  }

  async save(): Promise<() => Promise<void>> {
    await this.#endTransactions();
    const kept = await Promise.all(COLLECTIONS.map(async (name) => {
      const collection = this.#database.collection(name);
      return { collection, documents: await collection.find().toArray() };
    }));
    return async () => {
      await this.#endTransactions();
      for (const { collection, documents } of kept) {
        await collection.deleteMany();
        if (documents.length > 0) await collection.insertMany(documents);
      }
      // The lease of a process that is gone lasts as long as it did when that was kept.
      const expiresAt = { $add: ["$$NOW", "$leaseMs"] };
      await this.#database.collection("denockLease").updateMany({}, [{ $set: { expiresAt } }]);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endTransactions();
    // Not before: a session that is given back would be another process's next.
    for (const driver of this.#drivers) await driver[Symbol.asyncDispose]();
    await this.outside[Symbol.asyncDispose]();
    await this.#database.dropDatabase();
    await this.#client.close();
  }

  async #endTransactions(): Promise<void> {
    const left = this.#left;
    this.#left = [];
    await this.outside.evict(left);
  }
}
