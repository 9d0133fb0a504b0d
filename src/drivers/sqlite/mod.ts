/**
 * The SQLite driver, on the `node:sqlite` that is part of the runtime.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Runner } from "@denock/denock";
 * import { openDatabase, SqliteDriver } from "@denock/denock/sqlite";
 *
 * using database = openDatabase(":memory:");
 * await using driver = new SqliteDriver({ database });
 * const runner = new Runner({
 *   driver,
 *   migrations: [{
 *     id: "create_users",
 *     order: "0001",
 *     execution: ({ db }) => db.exec("CREATE TABLE users (name TEXT NOT NULL) STRICT"),
 *     rollbackExecution: ({ db }) => db.exec("DROP TABLE users"),
 *   }],
 * });
 * assertEquals((await runner.migrate()).executed.length, 1);
 * ```
 *
 * @module
 */

export { openDatabase, type OpenDatabaseOptions } from "./open_database.ts";
export {
  type SqliteContext,
  SqliteDriver,
  type SqliteDriverContext,
  type SqliteDriverOptions,
} from "./sqlite_driver.ts";
