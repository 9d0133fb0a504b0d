import { DatabaseSync } from "node:sqlite";
import type { Driver } from "../../../mod.ts";
import { SqliteDriver, type SqliteDriverContext } from "../../../src/drivers/sqlite/mod.ts";
import { alter } from "./wrong_driver.ts";

/** A driver for SQLite that breaks one rule. */
export interface WrongSqliteDriver {
  /** What it does, as the end of a sentence that begins with "a driver that". */
  readonly what: string;
  /** The cases that notice, each as the beginning of `group: rule`. */
  readonly noticedBy: readonly string[];
  /** Makes it out of a right driver. */
  readonly spoil: (right: Driver<SqliteDriverContext>, database: DatabaseSync) => Driver<SqliteDriverContext>;
}

/** Drivers for SQLite that are wrong in a way that only a database with a clock, a file and a schema can be. */
export const wrongSqliteDrivers: readonly WrongSqliteDriver[] = [
  {
    what: "goes by the clock of whoever asks for the lease",
    noticedBy: ["lease: the lease goes by the clock"],
    spoil: (right, database) =>
      alter(right, {
        async acquireLease(request) {
          const { expires_at: expiresAt } = database.prepare("SELECT expires_at FROM denock_lease").get() ?? {};
          if (expiresAt !== undefined && Number(expiresAt) <= Date.now()) {
            database.exec("UPDATE denock_lease SET expires_at = 0");
          }
          return await right.acquireLease(request);
        },
      }),
  },
  {
    what: "tells the time by the clock of whoever renews",
    noticedBy: ["lease: the lease goes by the clock"],
    spoil: (right) =>
      alter(right, {
        async renewLease(lease) {
          const reply = await right.renewLease(lease);
          return reply.held ? { ...reply, databaseTime: Date.now() } : reply;
        },
      }),
  },
  {
    what: "puts names into SQL as they are",
    noticedBy: ["lease: names that look like operators or SQL"],
    spoil: (right, database) =>
      alter(right, {
        async acquireLease(request) {
          database.exec(`SELECT '${request.owner}'`);
          return await right.acquireLease(request);
        },
      }),
  },
  {
    what: "closes the client of the caller at its end",
    noticedBy: ["lifecycle: the end of a driver"],
    spoil: (right, database) =>
      alter(right, {
        async [Symbol.asyncDispose]() {
          await right[Symbol.asyncDispose]();
          if (database.isOpen) database.close();
        },
      }),
  },
  {
    what: "changes the schema before a transaction in which that is refused",
    noticedBy: [
      "transaction: a change of the schema that cannot be part",
    ],
    spoil: (right) => alter(right, { supports: { ...right.supports, schemaChanges: "committing" } }),
  },
  {
    what: "makes its tables as if they were never there",
    noticedBy: ["lifecycle: prepare may be repeated", "lifecycle: prepare by several"],
    spoil: (right, database) =>
      alter(right, {
        async prepare(need) {
          const found = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'denock_history'").get();
          if (found !== undefined) throw new Error("table denock_history already exists");
          await right.prepare(need);
        },
      }),
  },
];

/** Opens a file without waiting for others, so that a driver that is refused says so at once. */
export function openWithoutWaiting(path: string): { database: DatabaseSync; driver: Driver<SqliteDriverContext> } {
  const database = new DatabaseSync(path, { timeout: 0 });
  return { database, driver: new SqliteDriver({ database }) };
}
