/**
 * One measurement in a process of its own: takes what to do as JSON and prints what it took.
 *
 * Nothing is imported but what the work at hand needs, so that the time of the whole process is that of a real start.
 *
 * @module
 */

import type { DatabaseKind } from "./folders.ts";

/** What a worker is to do. */
export interface WorkRequest {
  /**
   * `plan` and `migrate` are what Denock does. `floor` is the least that `plan` could do: read and hash the files as Denock
   * does, 64 at a time, and one query. `blocking floor` does that with calls that block, which is the fastest there is.
   */
  readonly work: "plan" | "migrate" | "floor" | "blocking floor";
  readonly kind: DatabaseKind;
  readonly url: string;
  readonly folder: string;
  /** How often to migrate, each time as a process does that has just started; once if it is not said. */
  readonly times?: number;
  /** Whether a change unit that runs always is recorded each time. */
  readonly recordRepeats?: boolean;
}

/** What it took. */
export interface WorkReport {
  /** From the opening of the database until the work was done, in milliseconds. */
  readonly workMs: number;
  /** How many change units were executed, or seen where nothing is executed. */
  readonly count: number;
  /** The memory of the process at its end, in bytes. */
  readonly memoryBytes: number;
}

const AT_ONCE = 64;

async function runDenock(request: WorkRequest): Promise<WorkReport> {
  const { Runner } = await import("../mod.ts");
  const connect = request.kind === "SQLite" ? await sqliteDriver() : await mongodbDriver();
  const startedAt = performance.now();
  const { driver, close } = await connect(request.url);
  const options = { migrations: request.folder, hostname: "bench", recordRepeats: request.recordRepeats ?? true };
  const make = () => new Runner<object>({ ...options, driver });
  let count = 0;
  for (let time = 0; time < (request.times ?? 1); time++) {
    count = request.work === "plan" ? (await make().plan()).changes.length : (await make().migrate()).executed.length;
  }
  const workMs = performance.now() - startedAt;
  await close();
  return { workMs, count, memoryBytes: Deno.memoryUsage().rss };
}

async function sqliteDriver() {
  const { openDatabase, SqliteDriver } = await import("../src/drivers/sqlite/mod.ts");
  return (url: string) => {
    const database = openDatabase(url);
    const driver = new SqliteDriver({ database });
    return Promise.resolve({ driver, close: () => Promise.resolve(database.close()) });
  };
}

async function mongodbDriver() {
  const { MongoClient } = await import("mongodb");
  const { MongoDriver } = await import("../src/drivers/mongodb/mod.ts");
  return async (url: string) => {
    const client = await new MongoClient(url).connect();
    const driver = new MongoDriver({ client });
    const close = async () => {
      await driver[Symbol.asyncDispose]();
      await client.close();
    };
    return { driver, close };
  };
}

async function runFloor({ work, kind, url, folder }: WorkRequest): Promise<WorkReport> {
  const query = kind === "SQLite" ? await sqliteQuery() : await mongodbQuery();
  const { createHash } = await import("node:crypto");
  const startedAt = performance.now();
  const read = work === "floor" ? await readAtOnce(folder) : readBlocking(folder, createHash);
  const { rows, close } = await query(url);
  const workMs = performance.now() - startedAt;
  await close();
  if (rows < read) throw new Error(`There are ${rows} rows for ${read} files`);
  return { workMs, count: read, memoryBytes: Deno.memoryUsage().rss };
}

async function readAtOnce(folder: string): Promise<number> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  const checksums: string[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE).map(async (name) => {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    });
    checksums.push(...await Promise.all(some));
  }
  return checksums.length;
}

function readBlocking(folder: string, createHash: typeof import("node:crypto").createHash): number {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  return names.map((name) => createHash("sha256").update(Deno.readFileSync(`${folder}/${name}`)).digest("hex")).length;
}

async function sqliteQuery() {
  const { DatabaseSync } = await import("node:sqlite");
  return (url: string) => {
    const database = new DatabaseSync(url);
    const rows = database.prepare("SELECT * FROM denock_history ORDER BY seq").all().length;
    return Promise.resolve({ rows, close: () => Promise.resolve(database.close()) });
  };
}

async function mongodbQuery() {
  const { MongoClient } = await import("mongodb");
  return async (url: string) => {
    const client = await new MongoClient(url).connect();
    const options = { sort: { _id: 1 }, batchSize: 1_000_000, readConcern: { level: "majority" } } as const;
    const rows = (await client.db().collection("denockHistory").find({}, options).toArray()).length;
    return { rows, close: () => client.close() };
  };
}

if (import.meta.main) {
  const request: WorkRequest = JSON.parse(Deno.args[0] ?? "{}");
  const report = request.work.endsWith("floor") ? await runFloor(request) : await runDenock(request);
  console.log(JSON.stringify(report));
}
