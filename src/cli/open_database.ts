import type { Driver } from "../driver.ts";
import { DatabaseError } from "../errors.ts";
import type { DatabaseUrl, MongoUrl, SqliteUrl } from "./database_url.ts";
import { UsageError } from "./usage_error.ts";

/** An open database with its driver; disposing of it closes both. */
export interface OpenDatabase extends AsyncDisposable {
  /** The driver. */
  readonly driver: Driver<object>;
}

/** What is done with a database: only where one may be created, a file that is not there is made. */
export type Access = "read" | "write" | "create";

/** What the tables or collections of a driver are called; undefined leaves it to the driver. */
export interface StoredNames {
  /** The history. */
  readonly history: string | undefined;
  /** The lease. */
  readonly lease: string | undefined;
}

/** How long to look for a server, in milliseconds, unless the URL says otherwise. */
const SERVER_SELECTION_MS = 5_000;
/** How long to wait for a client to close, in milliseconds. */
const CLOSE_MS = 2_000;

/**
 * Opens a database. Only the one driver and client that it needs are imported.
 *
 * @throws {DatabaseError} when it cannot be reached or opened.
 * @throws {UsageError} when the URL is wrong in a way that only the client knows, or Deno does not allow it.
 */
export async function openDatabase(url: DatabaseUrl, access: Access, names: StoredNames): Promise<OpenDatabase> {
  try {
    return url.kind === "sqlite" ? await openSqlite(url, access, names) : await openMongodb(url, names);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UsageError(`Deno does not allow to open ${url.shown}: ${error.message}`, [
      "Run it again with the flag that the message names",
    ]);
  }
}

async function openSqlite(url: SqliteUrl, access: Access, { history, lease }: StoredNames): Promise<OpenDatabase> {
  const { openDatabase, SqliteDriver } = await import("../drivers/sqlite/mod.ts");
  const isThere = url.path !== ":memory:" && await exists(url.path);
  const path = isThere || access === "create" ? url.path : ":memory:";
  let database: ReturnType<typeof openDatabase>;
  try {
    database = openDatabase(path, { readOnly: isThere && access === "read" });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot open ${url.shown}: ${messageOf(cause)}`, { cause });
  }
  const driver = new SqliteDriver({
    database,
    ...(history !== undefined && { historyTable: history }),
    ...(lease !== undefined && { leaseTable: lease }),
  });
  return {
    driver,
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      database.close();
    },
  };
}

async function openMongodb(url: MongoUrl, { history, lease }: StoredNames): Promise<OpenDatabase> {
  const [{ MongoClient }, { MongoDriver }] = await Promise.all([
    import("mongodb"),
    import("../drivers/mongodb/mod.ts"),
  ]);
  const client = makeClient(MongoClient, url);
  try {
    await client.connect();
  } catch (cause) {
    await closeInTime(() => client.close());
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot reach ${url.shown}: ${messageOf(cause)}`, { cause });
  }
  const driver = new MongoDriver({
    client,
    database: url.database,
    ...(history !== undefined && { historyCollection: history }),
    ...(lease !== undefined && { leaseCollection: lease }),
  });
  return {
    driver,
    async [Symbol.asyncDispose]() {
      await closeInTime(async () => {
        await driver[Symbol.asyncDispose]();
        await client.close();
      });
    },
  };
}

function makeClient(MongoClient: typeof import("mongodb").MongoClient, { url, options }: MongoUrl) {
  try {
    return new MongoClient(url, {
      ...(!options.has("serverselectiontimeoutms") && { serverSelectionTimeoutMS: SERVER_SELECTION_MS }),
      ...(!options.has("appname") && { appName: "denock" }),
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UsageError(`The MongoDB URL is not valid: ${messageOf(error)}`, ["Correct it and run again"]);
  }
}

/** What was to be done is done; a client that does not close in time goes with the process. */
async function closeInTime(close: () => Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_MS);
  try {
    await Promise.race([close(), late]);
  } catch {
    // The same goes for one that cannot be closed.
  } finally {
    clearTimeout(timer);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
