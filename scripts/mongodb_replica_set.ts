/**
 * Starts a MongoDB replica set of one member, for tests and examples.
 *
 * @module
 */

import { type MongodbProcess, startMongodbProcess } from "./mongodb_process.ts";

/** How to start the server. */
export interface ReplicaSetOptions {
  /** More arguments for `mongod`. */
  readonly arguments?: readonly string[];
}

/**
 * Starts a replica set, whether or not `MONGODB_URI` is set.
 *
 * @throws {Error} If no server binary can be had, or it does not start.
 */
export function startReplicaSet(options: ReplicaSetOptions = {}): Promise<MongodbProcess> {
  return startMongodbProcess({ ...options, topology: "replica set" });
}
