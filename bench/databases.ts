import { join } from "@std/path";
import { MongoClient } from "mongodb";
import { openDatabase } from "../src/drivers/sqlite/mod.ts";

/** The databases that are measured. */
export type DatabaseKind = "SQLite" | "MongoDB";

/** What a history takes: as data, and in files. */
export interface HistorySize {
  readonly entries: number;
  readonly dataBytes: number;
  readonly fileBytes: number;
}

/** A database of the benchmark's own with an empty table `items`, which goes with everything in it. */
export interface BenchDatabase extends AsyncDisposable {
  readonly kind: DatabaseKind;
  /** Where programs find it. */
  readonly url: string;
  /** Runs SQL; nothing on MongoDB. */
  define(sql: string): void;
  /** Adds rows or documents in one go. */
  insert(into: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** How many rows or documents there are. */
  count(of: string): Promise<number>;
  /** How often each change has taken effect, by its number. */
  effects(): Promise<ReadonlyMap<number, number>>;
  measureHistory(): Promise<HistorySize>;
  /** Ends what killed processes have left open; else a server would wait for them for a minute. */
  endAbandoned(): Promise<void>;
}

/** Where databases are made: MongoDB ones on a server. */
export interface Place {
  readonly kind: DatabaseKind;
  /** The connection string of the server; without meaning for SQLite. */
  readonly server: string;
}

/** Makes an empty database. */
export async function makeDatabase({ kind, server }: Place): Promise<BenchDatabase> {
  return kind === "SQLite" ? await makeSqlite() : await makeMongodb(server);
}

/** Makes an empty SQLite database in a file; all subjects get a write-ahead log, with which it is fastest. */
async function makeSqlite(): Promise<BenchDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "denock-bench-" });
  const url = join(folder, "bench.db");
  const database = openDatabase(url);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE items (unit INTEGER NOT NULL) STRICT");
  return {
    kind: "SQLite",
    url,
    define: (sql) => database.exec(sql),
    insert(into, rows) {
      database.exec("BEGIN");
      for (const row of rows) {
        const names = Object.keys(row);
        const statement = `INSERT INTO ${into} (${names.join()}) VALUES (${names.map(() => "?").join()})`;
        database.prepare(statement).run(...Object.values(row).map((value) => value as string | number | null));
      }
      database.exec("COMMIT");
      return Promise.resolve();
    },
    count: (of) => Promise.resolve(Number(database.prepare(`SELECT COUNT(*) AS found FROM ${of}`).get()?.found)),
    effects() {
      const rows = database.prepare("SELECT unit, COUNT(*) AS times FROM items GROUP BY unit").all();
      return Promise.resolve(new Map(rows.map(({ unit, times }) => [Number(unit), Number(times)])));
    },
    measureHistory() {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      const bytes = "SUM(LENGTH(CONCAT_WS('', execution_id, operation, type, state, change_id, author, change_order, " +
        "file, checksum, system_version, timestamp, execution_hostname, previous, digest)))";
      const row = database.prepare(`SELECT COUNT(*) AS entries, ${bytes} AS bytes FROM denock_history`).get() ?? {};
      const fileBytes = Deno.statSync(url).size;
      return Promise.resolve({ entries: Number(row.entries), dataBytes: Number(row.bytes), fileBytes });
    },
    endAbandoned: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      database.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Makes an empty MongoDB database on a server. */
async function makeMongodb(server: string): Promise<BenchDatabase> {
  const address = new URL(server);
  address.pathname = `/denock_bench_${crypto.randomUUID().slice(0, 8)}`;
  const client = await new MongoClient(address.href).connect();
  const database = client.db();
  await database.createCollection("items");
  return {
    kind: "MongoDB",
    url: address.href,
    define() {},
    insert: async (into, rows) => void await database.collection(into).insertMany([...rows]),
    count: (of) => database.collection(of).countDocuments(),
    async effects() {
      const groups = [{ $group: { _id: "$unit", times: { $sum: 1 } } }];
      const found = await database.collection("items").aggregate<{ _id: number; times: number }>(groups).toArray();
      return new Map(found.map(({ _id, times }) => [_id, times]));
    },
    async measureHistory() {
      await client.db("admin").command({ fsync: 1 });
      const statistics = await database.command({ collStats: "denockHistory" });
      return { entries: statistics.count, dataBytes: statistics.size, fileBytes: statistics.storageSize };
    },
    async endAbandoned() {
      const admin = client.db("admin");
      const idle = { type: "idleSession", transaction: { $exists: true } };
      const stages = [{ $currentOp: { idleSessions: true } }, { $match: idle }];
      const open = await admin.aggregate<{ lsid: { id: unknown } }>(stages).toArray();
      if (open.length > 0) await admin.command({ killSessions: open.map(({ lsid }) => ({ id: lsid.id })) });
    },
    async [Symbol.asyncDispose]() {
      await database.dropDatabase();
      await client.close();
    },
  };
}
