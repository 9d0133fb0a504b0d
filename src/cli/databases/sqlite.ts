import { dirname } from "@std/path/dirname";
import { resolve } from "@std/path/resolve";
import { DatabaseError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { UsageError } from "../usage_error.ts";
import type { Access, DatabaseKind, OpenDatabase, ParsedUrl, StoredNames } from "./database_kind.ts";
import { relativePath } from "./relative_path.ts";

/** A SQLite database. */
export interface SqliteUrl extends ParsedUrl {
  /** Which driver it needs. */
  readonly kind: "sqlite";
  /** The path of the file, or `:memory:`. */
  readonly path: string;
}

/** What the command line knows of SQLite. */
export const sqlite: DatabaseKind<SqliteUrl> = {
  kind: "sqlite",
  schemes: ["sqlite:"],
  parse,
  resolve: (url, folder) => url.path === ":memory:" ? url : { ...url, path: resolve(folder, url.path) },
  open,
  forbidden: [],
  project: ({ path, shown }, folder) => ({
    imports: {},
    flags: [],
    url: path === ":memory:" ? shown : `sqlite:${relativePath(folder, path)}`,
  }),
  flavour: {
    context: "SqliteContext",
    from: "@denock/denock/sqlite",
    about: [
      "Makes the change. All calls on `context.db` are in one transaction: all of",
      "them take effect, or none. That goes for tables and indexes, too.",
    ],
    isAsync: false,
    change: 'context.db.exec("ALTER TABLE users ADD COLUMN active INTEGER");',
    rollback: 'context.db.exec("ALTER TABLE users DROP COLUMN active");',
  },
};

function parse(url: string): SqliteUrl {
  const path = url.slice("sqlite:".length).replace(/^\/\/(?=[./:])/, "");
  const example = "For example: sqlite:./shop.db, sqlite:/var/lib/shop.db or sqlite::memory:";
  if (path === "") throw new UsageError("The database URL names no file", [example]);
  if (path.startsWith("//")) throw new UsageError("The database URL names a host, and SQLite has none", [example]);
  if (/[?#\0]/.test(path)) {
    throw new UsageError("The database URL has options, and for SQLite there are none", [example]);
  }
  return { kind: "sqlite", path, shown: `sqlite:${path}` };
}

async function open(url: SqliteUrl, access: Access, { history, lease }: StoredNames): Promise<OpenDatabase> {
  const { openDatabase, SqliteDriver } = await import("../../drivers/sqlite/mod.ts");
  const isFile = url.path !== ":memory:";
  const isThere = isFile && await exists(url.path);
  // A file that is not there yet is an empty database; a folder that is not there is a mistake.
  const folder = dirname(url.path);
  if (isFile && !isThere && mayLookAt(folder) && !await exists(folder)) {
    const message = `Cannot open ${url.shown}: there is no folder "${folder}"`;
    throw new DatabaseError("DATABASE_UNREACHABLE", message);
  }
  const path = isThere || access === "create" ? url.path : ":memory:";
  let database: ReturnType<typeof openDatabase>;
  try {
    database = openDatabase(path, { readOnly: isThere && access === "read" });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot open ${url.shown}: ${firstLine(cause)}`, { cause });
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

/** Looking is no reason to ask for more than what the work itself takes. */
function mayLookAt(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
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
