/**
 * A real MongoDB server for tests.
 *
 * All tests of a run share one replica set: the one that `MONGODB_URI` names, which is also how scripts/gate.ts passes
 * its own on. A test file that is run by itself starts one when it is loaded, which ends with the test process.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { join } from "@std/path";
import { findMongod } from "../scripts/mongod_binary.ts";
import { startMongodbProcess } from "../scripts/mongodb_process.ts";
import { startReplicaSet } from "../scripts/mongodb_replica_set.ts";

/** A MongoDB server. */
export interface MongodbServer {
  /** The connection string, without a database. */
  readonly uri: string;
  /** The connection string for a database. */
  url(databaseName: string): string;
  /** Stops the server if it was started for the caller alone. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface StartMongodbOptions {
  /** More arguments for `mongod`. With them the caller gets a server of its own, never the shared one. */
  readonly arguments?: readonly string[];
}

/** The body of a test that needs a replica set. */
export type MongodbTestBody = (server: MongodbServer, context: Deno.TestContext) => void | Promise<void>;

/**
 * The shared replica set, or one for the caller alone when there is none or when special arguments are asked for.
 *
 * @throws {Error} If no server can be had.
 */
export async function startMongodb(options: StartMongodbOptions = {}): Promise<MongodbServer & AsyncDisposable> {
  const uri = Deno.env.get("MONGODB_URI");
  if (uri && !options.arguments?.length) return serverAt(uri, () => Promise.resolve());
  const started = await startReplicaSet(options);
  return serverAt(started.uri, () => started.stop());
}

/** A server that is not a replica set and so has no transactions, or null when there is no binary to start one. */
export async function startStandaloneMongodb(): Promise<(MongodbServer & AsyncDisposable) | null> {
  if (await findMongod() === undefined) return null;
  const started = await startMongodbProcess({ topology: "standalone" });
  return serverAt(started.uri, () => started.stop());
}

/** A name for a database that no other test uses. */
export function freshDatabaseName(): string {
  return `denock_${crypto.randomUUID().slice(0, 8)}`;
}

/**
 * Registers a test that needs the shared replica set. Without one it is skipped, with a line that says what to set;
 * with `CI=true` it fails, because a test run that proves nothing must not look like a success.
 */
export function mongodbTest(name: string, body: MongodbTestBody): void {
  const server = shared.server;
  if (server !== undefined) {
    Deno.test(name, (context) => body(server, context));
  } else if (Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(shared.reason);
    });
  } else {
    if (!announced) console.error(`Skipping the tests that need MongoDB. ${shared.reason}`);
    announced = true;
    Deno.test({ name, ignore: true, fn() {} });
  }
}

/**
 * Registers a test that makes the shared replica set fail on purpose. A server has one fail point of a kind, for all its
 * clients, and several processes of tests may share the server: only one of these tests runs at a time.
 */
export function failPointTest(name: string, body: MongodbTestBody): void {
  mongodbTest(name, async (server, context) => {
    using lock = await Deno.open(join(tmpdir(), "denock-fail-point.lock"), { write: true, create: true });
    await lock.lock(true);
    await body(server, context);
  });
}

function serverAt(uri: string, stop: () => Promise<void>): MongodbServer & AsyncDisposable {
  const [, origin, options = ""] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri) ?? [];
  if (origin === undefined) throw new TypeError("MONGODB_URI must be a MongoDB connection string");
  return {
    uri: `${origin}/${options}`,
    url: (databaseName) => `${origin}/${databaseName}${options}`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startShared(): Promise<{ readonly server?: MongodbServer; readonly reason?: string }> {
  // scripts/gate.ts has tried already; trying again in each test file would only cost time.
  const reason = Deno.env.get("DENOCK_NO_MONGODB");
  if (reason) return { reason };
  try {
    return { server: await startMongodb() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

let announced = false;
const shared = await startShared();
