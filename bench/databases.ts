import { join } from "@std/path";
import { MongoClient } from "mongodb";
import { checksumOf } from "../src/change_unit/checksum.ts";
import { toDocument } from "../src/drivers/mongodb/entry_document.ts";
import { openDatabase, SqliteDriver } from "../src/drivers/sqlite/mod.ts";
import type { ChangeEntry, EntryDraft } from "../src/history/change_entry.ts";
import { sealEntry } from "../src/history/digest.ts";
import { type DatabaseKind, fileNameOf, textOf } from "./folders.ts";

/** An empty database of the benchmark's own, which goes with everything in it. */
export interface BenchDatabase extends AsyncDisposable {
  readonly kind: DatabaseKind;
  /** Where workers find it. */
  readonly url: string;
  /** Puts the history of change units there that are all executed. */
  seed(entries: readonly ChangeEntry[]): Promise<void>;
  /** How many entries the history has, and how many bytes they take: as data, and in files. */
  measureHistory(): Promise<{ entries: number; dataBytes: number; fileBytes: number }>;
}

/** Makes an empty SQLite database in a file. */
export async function makeSqlite(): Promise<BenchDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "denock-bench-" });
  const url = join(folder, "bench.db");
  using database = openDatabase(url);
  database.exec("CREATE TABLE items (number INTEGER PRIMARY KEY) STRICT");
  return {
    kind: "SQLite",
    url,
    async seed(entries) {
      using database = openDatabase(url);
      await using driver = new SqliteDriver({ database });
      await driver.prepare();
      database.exec("BEGIN");
      for (const entry of entries) await driver.append(entry);
      database.exec("COMMIT");
    },
    measureHistory() {
      using database = openDatabase(url);
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      const bytes = "SUM(LENGTH(CONCAT_WS('', execution_id, operation, type, state, change_id, author, change_order, " +
        "file, checksum, system_version, timestamp, execution_hostname, previous, digest)))";
      const row = database.prepare(`SELECT COUNT(*) AS entries, ${bytes} AS bytes FROM denock_history`).get() ?? {};
      const fileBytes = Deno.statSync(url).size;
      return Promise.resolve({ entries: Number(row.entries), dataBytes: Number(row.bytes), fileBytes });
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Makes an empty MongoDB database on a server. */
export async function makeMongodb(server: string): Promise<BenchDatabase> {
  const address = new URL(server);
  address.pathname = `/denock_bench_${crypto.randomUUID().slice(0, 8)}`;
  const url = address.href;
  const withClient = async <Result>(work: (client: MongoClient) => Promise<Result>): Promise<Result> => {
    await using client = await new MongoClient(url).connect();
    return await work(client);
  };
  await withClient(async (client) => void await client.db().createCollection("items"));
  return {
    kind: "MongoDB",
    url,
    seed: (entries) =>
      withClient(async (client) => {
        await client.db().collection<{ _id: number }>("denockHistory").insertMany(entries.map(toDocument));
      }),
    measureHistory: () =>
      withClient(async (client) => {
        await client.db("admin").command({ fsync: 1 });
        const statistics = await client.db().command({ collStats: "denockHistory" });
        return { entries: statistics.count, dataBytes: statistics.size, fileBytes: statistics.storageSize };
      }),
    [Symbol.asyncDispose]: () => withClient(async (client) => void await client.db().dropDatabase()),
  };
}

/** The history of a folder in which everything was executed, by one execution. */
export async function makeHistory(kind: DatabaseKind, count: number): Promise<ChangeEntry[]> {
  const entries: ChangeEntry[] = [];
  const add = async (draft: EntryDraft) => {
    const last = entries.at(-1);
    entries.push(await sealEntry(draft, { seq: last?.seq ?? 0, digest: last?.digest ?? null }));
  };
  const run: EntryDraft = {
    ...{ executionId: crypto.randomUUID(), operation: "MIGRATE", type: "RUN", state: "STARTED" },
    ...{ changeId: null, author: null, order: null, file: null, checksum: null, systemVersion: null, runAlways: null },
    ...{ timestamp: new Date().toISOString(), executionMillis: null, attempts: null, executionHostname: "bench" },
    ...{ session: null, comment: null, metadata: null, error: null },
  };
  await add(run);
  for (let number = 1; number <= count; number++) {
    const checksum = await checksumOf(textOf(kind, number));
    await add({
      ...run,
      ...{ type: "EXECUTION", state: "EXECUTED", changeId: `unit_${number}`, author: "bench", checksum },
      ...{ order: String(number).padStart(6, "0"), file: fileNameOf(number), systemVersion: "0", runAlways: false },
      ...{ executionMillis: 1, attempts: 1 },
    });
  }
  return entries;
}
