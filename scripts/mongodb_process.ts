/**
 * Starts a MongoDB server for tests and examples, in a process of its own.
 *
 * @module
 */

import { findMongod } from "./mongod_binary.ts";
import { startServerProcess } from "./server_process.ts";

/** What to start. */
export interface MongodbProcessOptions {
  /** A replica set of one member, which has transactions, or a standalone server, which has none. */
  readonly topology: "replica set" | "standalone";
  /** More arguments for `mongod`. */
  readonly arguments?: readonly string[];
  /** Has the replica set ask for users, and makes this one, who may do anything; without it nobody is asked. */
  readonly root?: { readonly user: string; readonly password: string };
}

/** A running server. */
export interface MongodbProcess extends AsyncDisposable {
  /** The connection string. */
  readonly uri: string;
  /** Stops the server and removes its files. Does nothing when it has been stopped before. */
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until it takes commands.
 *
 * @throws {Error} If no server binary can be had, or it does not start.
 */
export async function startMongodbProcess(options: MongodbProcessOptions): Promise<MongodbProcess> {
  const request = { ...options, binary: await findMongod() };
  try {
    const { url, stop } = await startServerProcess({ program: "./serve_mongodb.ts", request });
    return { uri: url, stop, [Symbol.asyncDispose]: stop };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      "Cannot start a MongoDB server " +
        `(set MONGODB_URI to a running replica set, or MONGOD to a server binary): ${reason}`,
      { cause },
    );
  }
}
