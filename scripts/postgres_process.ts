/**
 * Starts a PostgreSQL server for tests and examples, in a process of its own.
 *
 * @module
 */

import { findPostgresBinaries } from "./postgres_binaries.ts";
import { type ServerProcess, startServerProcess } from "./server_process.ts";

/** How to start the server. */
export interface PostgresProcessOptions {
  /** Settings beside those that make it quick, for example `{ wal_level: "logical" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a server and waits until it takes commands. Its URL is that of a superuser and of the database `postgres`.
 *
 * @throws {Error} If the programs of PostgreSQL are not there, or the server does not start.
 */
export async function startPostgresProcess({ settings = {} }: PostgresProcessOptions = {}): Promise<ServerProcess> {
  try {
    const binaries = await findPostgresBinaries();
    if (binaries === undefined) throw new Error("initdb and postgres are not on the PATH");
    return await startServerProcess({ program: "./serve_postgres.ts", request: { binaries, settings } });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = "set POSTGRES_URL to a superuser's URL of a running server, or install the package postgresql";
    throw new Error(`Cannot start a PostgreSQL server (${advice}): ${reason}`, { cause });
  }
}
