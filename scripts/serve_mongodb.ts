/**
 * The process that `mongodb_process.ts` starts: runs one MongoDB server, reports on its first line of output how to
 * reach it, and stops it when the standard input ends.
 *
 * @module
 */

import { join } from "node:path";
import { MongoMemoryReplSet, MongoMemoryServer } from "mongodb-memory-server-core";
import { cacheFolder } from "./mongod_binary.ts";
import type { MongodbProcessOptions, MongodbReport } from "./mongodb_process.ts";

interface Request extends MongodbProcessOptions {
  /** Without it the library downloads one from MongoDB's own site. */
  readonly binary?: string;
}

interface Server {
  getUri(): string;
  stop(options: { doCleanup: boolean; force: boolean }): Promise<boolean>;
}

function start({ topology, binary: systemBinary, arguments: more = [] }: Request): Promise<Server> {
  // Test commands are what makes fail points possible.
  const args = ["--setParameter", "enableTestCommands=1", ...more];
  const binary = systemBinary === undefined ? { downloadDir: join(cacheFolder, "mongodb-binaries") } : { systemBinary };
  const storageEngine = "wiredTiger";
  return topology === "standalone"
    ? MongoMemoryServer.create({ binary, instance: { storageEngine, args } })
    : MongoMemoryReplSet.create({ binary, replSet: { count: 1, storageEngine, args } });
}

function report(line: MongodbReport): void {
  console.log(JSON.stringify(line));
}

async function endOfInput(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

function interrupt(): Promise<void> {
  return new Promise((resolve) => Deno.addSignalListener("SIGINT", resolve));
}

// Any version will do, also when it is not the one that the library would have downloaded.
Deno.env.set("MONGOMS_SYSTEM_BINARY_VERSION_CHECK", "false");
try {
  const server = await start(JSON.parse(Deno.args[0] ?? "{}"));
  report({ uri: server.getUri() });
  await Promise.race([endOfInput(), interrupt()]);
  await server.stop({ doCleanup: true, force: true });
} catch (error) {
  report({ error: error instanceof Error ? error.message : String(error) });
}
Deno.exit();
