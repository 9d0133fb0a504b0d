import { join } from "@std/path";
import { type Db, type Document, MongoClient } from "mongodb";
import type { DatabaseSync } from "node:sqlite";
import {
  type ChangeEntry,
  type Driver,
  type MemoryContext,
  MemoryDriver,
  MemoryStore,
  Runner,
  type RunnerOptions,
} from "../../mod.ts";
import { type MongoContext, MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { openDatabase, type SqliteContext, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { freshDatabaseName, type MongodbServer, mongodbTest } from "../mongodb_server.ts";

/** The names under which a service keeps its history and its lease. */
export interface Names {
  /** The collection or table of the history. */
  readonly history: string;
  /** The collection or table of the lease. */
  readonly lease: string;
}

/** What change units do in cases. */
export interface Things {
  /** What a change unit does: counts a key up, with the `db` of its context. */
  add(context: object, key: string): Promise<void>;
  /** What a rollback does: takes the key away. */
  remove(context: object, key: string): Promise<void>;
}

/** A database of some kind on which a case is tried. */
export interface Bench extends Things, AsyncDisposable {
  /** What people call it. */
  readonly kind: "memory" | "SQLite" | "MongoDB";
  /** How another process reaches it: a path or a URL. */
  readonly address: string;
  /** A driver on a connection of its own, as another process has one. */
  connect(names?: Names): Promise<Driver<object>>;
  /** The keys that are there for everybody to see, and how often each was counted, in alphabetical order. */
  data(): Promise<Record<string, number>>;
}

/** A bench on MongoDB with the database itself. */
export interface MongodbBench extends Bench {
  /** The database, not bound to anything. */
  readonly db: Db;
}

/** A bench on SQLite with the database itself. */
export interface SqliteBench extends Bench {
  /** A connection that no driver uses. */
  readonly database: DatabaseSync;
}

/** Registers a case on every kind of database. */
export function everyDatabase(name: string, run: (bench: Bench) => Promise<void>): void {
  Deno.test(`memory: ${name}`, async () => {
    await using bench = openMemory();
    await run(bench);
  });
  onSqlite(name, run);
  onMongodb(name, run);
}

/** Registers a case on SQLite. */
export function onSqlite(name: string, run: (bench: SqliteBench) => Promise<void>): void {
  Deno.test(`SQLite: ${name}`, async () => {
    await using bench = await openSqlite();
    await run(bench);
  });
}

/** Registers a case on MongoDB. */
export function onMongodb(name: string, run: (bench: MongodbBench) => Promise<void>): void {
  mongodbTest(`MongoDB: ${name}`, async (server) => {
    await using bench = await openMongodb(server);
    await run(bench);
  });
}

/** A runner on a connection of its own. It polls fast. */
export async function runnerOn(
  bench: Bench,
  migrations: RunnerOptions<object>["migrations"],
  options: Partial<RunnerOptions<object>> & { readonly names?: Names } = {},
): Promise<Runner<object>> {
  const { names, ...rest } = options;
  const driver = await bench.connect(names);
  return new Runner<object>({ driver, migrations, hostname: "host-1", ...rest, lock: { pollMs: 20, ...rest.lock } });
}

/** The history of a database. */
export async function entriesOf(bench: Bench, names?: Names): Promise<readonly ChangeEntry[]> {
  return await (await bench.connect(names)).readHistory();
}

/** The same, a line an entry and without the `RUN` entries: `before a EXECUTED`, `a FAILED`. */
export async function linesOf(bench: Bench, names?: Names): Promise<string[]> {
  return (await entriesOf(bench, names))
    .filter(({ type }) => type !== "RUN")
    .map(({ type, changeId, state }) => `${type === "EXECUTION" ? "" : "before "}${changeId} ${state}`);
}

const UPSERT = "INSERT INTO things VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1";

/** What change units do on SQLite. */
export const sqliteThings: Things = {
  // deno-lint-ignore require-await -- the client is synchronous, the case is not
  async add(context, key) {
    (context as SqliteContext).db.prepare(UPSERT).run(key);
  },
  // deno-lint-ignore require-await -- the client is synchronous, the case is not
  async remove(context, key) {
    (context as SqliteContext).db.prepare("DELETE FROM things WHERE name = ?").run(key);
  },
};

/** What change units do on MongoDB. */
export const mongodbThings: Things = {
  async add(context, key) {
    await thingsOf(context).updateOne({ _id: key }, { $inc: { value: 1 } }, { upsert: true });
  },
  async remove(context, key) {
    await thingsOf(context).deleteOne({ _id: key });
  },
};

function thingsOf(context: object) {
  return (context as MongoContext).db.collection<Thing>("things");
}

/** Opens a database in memory. */
export function openMemory(): Bench & { readonly store: MemoryStore } {
  const store = new MemoryStore();
  return {
    kind: "memory",
    address: "",
    store,
    connect: () => Promise.resolve(new MemoryDriver({ store })),
    add: (context, key) => {
      const { db } = context as MemoryContext;
      return Promise.resolve(db.set(key, Number(db.get(key) ?? 0) + 1));
    },
    remove: (context, key) => Promise.resolve((context as MemoryContext).db.delete(key)),
    data: () => Promise.resolve(sorted(Array.from(store.data, ([key, value]) => [key, Number(value)]))),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Opens a new SQLite file with a table `things`. */
export async function openSqlite(): Promise<SqliteBench> {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  const path = join(folder, "cases.db");
  const database = openDatabase(path);
  const connections = [database];
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE things (name TEXT PRIMARY KEY, value INTEGER) STRICT");
  return {
    ...sqliteThings,
    kind: "SQLite",
    address: path,
    database,
    connect(names) {
      const connection = openDatabase(path);
      connections.push(connection);
      const said = names === undefined ? {} : { historyTable: names.history, leaseTable: names.lease };
      return Promise.resolve(new SqliteDriver({ database: connection, ...said }));
    },
    data() {
      const rows = database.prepare("SELECT name, value FROM things").all();
      return Promise.resolve(sorted(rows.map(({ name, value }) => [String(name), Number(value)])));
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Opens a new MongoDB database. */
export async function openMongodb(server: MongodbServer): Promise<MongodbBench> {
  const url = server.url(freshDatabaseName());
  const client = await new MongoClient(url).connect();
  const opened: AsyncDisposable[] = [];
  return {
    ...mongodbThings,
    kind: "MongoDB",
    address: url,
    db: client.db(),
    async connect(names) {
      const own = await new MongoClient(url).connect();
      const said = names === undefined ? {} : { historyCollection: names.history, leaseCollection: names.lease };
      const driver = new MongoDriver({ client: own, ...said });
      opened.push(own, driver);
      return driver;
    },
    async data() {
      const found = await client.db().collection<Thing>("things").find().toArray();
      return sorted(found.map(({ _id, value }) => [_id, value]));
    },
    async [Symbol.asyncDispose]() {
      await client.db().dropDatabase();
      for (const each of opened.toReversed()) await each[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

interface Thing extends Document {
  readonly _id: string;
  readonly value: number;
}

function sorted(pairs: [string, number][]): Record<string, number> {
  return Object.fromEntries(pairs.toSorted(([left], [right]) => left < right ? -1 : 1));
}
