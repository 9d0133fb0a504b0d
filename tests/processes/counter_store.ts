import { join } from "@std/path";
import { MongoClient } from "mongodb";
import type { ChangeEntry } from "../../mod.ts";
import { MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { MysqlDriver } from "../../src/drivers/mysql/mod.ts";
import { PostgresDriver } from "../../src/drivers/postgres/mod.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { freshDatabaseName, type MongodbServer, mongodbTest } from "../mongodb_server.ts";
import { type MysqlServer, mysqlTest, openMysqlDatabase } from "../mysql_server.ts";
import { type PostgresDatabase, postgresTest } from "../postgres_server.ts";

/** A database in which every change unit has a counter: more than 1 in it is a change that was applied twice. */
export interface CounterStore extends AsyncDisposable {
  /** Its URL for the command line. */
  readonly url: string;
  /** The counters by name. */
  counters(): Promise<Record<string, number>>;
  /** The history. */
  history(): Promise<readonly ChangeEntry[]>;
}

/** A kind of database to test with. */
export interface CounterStoreKind {
  /** What people call it. */
  readonly name: string;
  /** Registers a test on a fresh database. */
  test(name: string, run: (store: CounterStore) => Promise<void>): void;
  /** The statement of a change unit that adds to its counter. */
  add(counter: string, amount: number): string;
}

const mongodb: CounterStoreKind = {
  name: "MongoDB",
  test(name, run) {
    mongodbTest(`MongoDB: ${name}`, async (server) => {
      await using store = await openMongodb(server);
      await run(store);
    });
  },
  add(counter, amount) {
    const update = `{ $inc: { value: ${amount} } }, { upsert: true }`;
    return `await db.collection("counters").updateOne({ _id: "${counter}" }, ${update});`;
  },
};

const mysql: CounterStoreKind = {
  name: "MySQL",
  test(name, run) {
    mysqlTest(`MySQL: ${name}`, async (server) => {
      await using store = await openMysql(server);
      await run(store);
    });
  },
  add(counter, amount) {
    const upsert = "ON DUPLICATE KEY UPDATE value = value + VALUES(value)";
    return `await db.query("INSERT INTO counters VALUES ('${counter}', ${amount}) ${upsert}");`;
  },
};

const postgres: CounterStoreKind = {
  name: "PostgreSQL",
  test(name, run) {
    postgresTest(`PostgreSQL: ${name}`, async (database) => await run(await openPostgres(database)));
  },
  add(counter, amount) {
    const upsert = "on conflict (name) do update set value = counters.value + excluded.value";
    return `await db.unsafe("insert into counters values ('${counter}', ${amount}) ${upsert}");`;
  },
};

const sqlite: CounterStoreKind = {
  name: "SQLite",
  test(name, run) {
    Deno.test(`SQLite: ${name}`, async () => {
      await using store = await openSqlite();
      await run(store);
    });
  },
  add(counter, amount) {
    const upsert = "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value";
    return `db.exec("INSERT INTO counters VALUES ('${counter}', ${amount}) ${upsert}");`;
  },
};

/** All kinds that several processes can use. */
export const counterStoreKinds: readonly CounterStoreKind[] = [mongodb, mysql, postgres, sqlite];

async function openMongodb(server: MongodbServer): Promise<CounterStore> {
  const url = server.url(freshDatabaseName());
  const client = await new MongoClient(url).connect();
  const driver = new MongoDriver({ client });
  return {
    url,
    async counters() {
      const found = await client.db().collection<{ _id: string; value: number }>("counters").find().toArray();
      return Object.fromEntries(found.map(({ _id, value }) => [_id, value]));
    },
    history: () => driver.readHistory(),
    async [Symbol.asyncDispose]() {
      await client.db().dropDatabase();
      await driver[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

async function openMysql(server: MysqlServer): Promise<CounterStore> {
  const { pool, url, [Symbol.asyncDispose]: close } = await openMysqlDatabase(server);
  await pool.query("CREATE TABLE counters (name VARCHAR(100) PRIMARY KEY, value INT NOT NULL) ENGINE = InnoDB");
  const driver = new MysqlDriver({ pool });
  return {
    url,
    async counters() {
      const { db } = driver.context(() => {});
      const [rows] = await db.query("SELECT name, value FROM counters");
      return Object.fromEntries(rows.map(({ name, value }) => [String(name), Number(value)]));
    },
    history: () => driver.readHistory(),
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await close();
    },
  };
}

async function openPostgres({ url, connect }: PostgresDatabase): Promise<CounterStore> {
  const sql = connect();
  await sql`create table counters (name text primary key, value integer not null)`;
  const driver = new PostgresDriver({ sql });
  return {
    url,
    async counters() {
      const rows = await sql`select name, value from counters`;
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },
    history: () => driver.readHistory(),
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}

async function openSqlite(): Promise<CounterStore> {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  const path = join(folder, "counters.db");
  const database = openDatabase(path);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER) STRICT");
  const driver = new SqliteDriver({ database });
  return {
    url: `sqlite:${path}`,
    // deno-lint-ignore require-await -- the client is synchronous, the store is not
    async counters() {
      const rows = database.prepare("SELECT name, value FROM counters").all();
      return Object.fromEntries(rows.map(({ name, value }) => [String(name), Number(value)]));
    },
    history: () => driver.readHistory(),
    async [Symbol.asyncDispose]() {
      database.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
