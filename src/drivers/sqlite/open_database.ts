import { DatabaseSync } from "node:sqlite";

/** How a database file is opened. */
export interface OpenDatabaseOptions {
  /**
   * Whether it may only be read; the file must exist then.
   *
   * @default {false}
   */
  readonly readOnly?: boolean;
}

/** SQLite waits this long by itself for another process; a longer wait would hold up the whole thread. In milliseconds. */
const BUSY_TIMEOUT_MS = 500;

/**
 * Opens a database file the way that suits several processes: it waits a moment for the others instead of failing at once.
 * The caller closes it.
 *
 * @throws {Error} when the file cannot be opened.
 *
 * @example
 * ```ts
 * import { openDatabase } from "@denock/denock/sqlite";
 *
 * using database = openDatabase(":memory:");
 * console.log(database.isOpen);
 * ```
 */
export function openDatabase(path: string, options: OpenDatabaseOptions = {}): DatabaseSync {
  return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly: options.readOnly ?? false });
}
