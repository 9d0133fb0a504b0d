/**
 * The least that could be correct, with nothing but the client of the database: one projected query for what is executed, and
 * one transaction for each change, with its record in it. There are no files, no lock and no checks.
 *
 * @module
 */

import { type ProgramRequest, runProgram } from "./program.ts";
import { readAtOnce, readBlocking } from "./read_files.ts";

/** A database that is open; all calls wait for those before. */
interface Raw {
  /** The numbers of the changes that are executed. */
  executed(): Promise<readonly number[]>;
  apply(number: number): Promise<void>;
  /** How many rows Denock's history has, read as a whole. */
  history(): Promise<number>;
  close(): Promise<void>;
}

async function openSqlite(url: string): Promise<Raw> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(url);
  database.exec("CREATE TABLE IF NOT EXISTS raw_history (number INTEGER PRIMARY KEY) STRICT");
  const item = database.prepare("INSERT INTO items (unit) VALUES (?)");
  const record = database.prepare("INSERT INTO raw_history VALUES (?)");
  return {
    executed: () =>
      Promise.resolve(database.prepare("SELECT number FROM raw_history").all().map(({ number }) => Number(number))),
    apply(number) {
      database.exec("BEGIN IMMEDIATE");
      item.run(number);
      record.run(number);
      database.exec("COMMIT");
      return Promise.resolve();
    },
    history: () => Promise.resolve(database.prepare("SELECT * FROM denock_history ORDER BY seq").all().length),
    close: () => Promise.resolve(database.close()),
  };
}

async function openMongodb(url: string): Promise<Raw> {
  const { MongoClient } = await import("mongodb");
  const client = await new MongoClient(url).connect();
  const database = client.db();
  const records = database.collection<{ _id: number }>("rawHistory");
  const session = client.startSession();
  const all = { readConcern: { level: "majority" }, batchSize: 1_000_000 } as const;
  return {
    executed: async () => (await records.find({}, { ...all, projection: { _id: 1 } }).toArray()).map(({ _id }) => _id),
    async apply(number) {
      session.startTransaction({ readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } });
      await database.collection("items").insertOne({ unit: number }, { session });
      await records.insertOne({ _id: number }, { session });
      await session.commitTransaction();
    },
    history: async () =>
      (await database.collection("denockHistory").find({}, { ...all, sort: { _id: 1 } }).toArray()).length,
    async close() {
      await session.endSession();
      await client.close();
    },
  };
}

async function bringUpToDate(raw: Raw, count: number): Promise<number> {
  const executed = new Set(await raw.executed());
  const pending = Array.from({ length: count }, (_, index) => index + 1).filter((number) => !executed.has(number));
  for (const number of pending) await raw.apply(number);
  return pending.length;
}

async function runRaw({ work, database, url, folder, count }: ProgramRequest) {
  // What is imported counts neither here nor with Denock's `plan`.
  await (database === "SQLite" ? import("node:sqlite") : import("mongodb"));
  if (work === "blocking floor") await import("node:crypto");
  const startedAt = performance.now();
  const raw = await (database === "SQLite" ? openSqlite : openMongodb)(url);
  const files = work === "migrate" ? count : await (work === "blocking floor" ? readBlocking : readAtOnce)(folder);
  if (files !== count) throw new Error(`There are ${files} files instead of ${count}`);
  const isFloor = work.endsWith("floor");
  const done = isFloor ? await raw.history() - 1 : await bringUpToDate(raw, count);
  const workMs = performance.now() - startedAt;
  await raw.close();
  return { workMs, count: done };
}

await runProgram(runRaw);
