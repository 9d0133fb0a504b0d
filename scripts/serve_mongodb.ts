/**
 * The program that `mongodb_process.ts` starts: runs one MongoDB server.
 *
 * @module
 */

import { join } from "node:path";
import { MongoMemoryReplSet, MongoMemoryServer } from "mongodb-memory-server-core";
import { cacheFolder } from "./mongod_binary.ts";
import type { MongodbProcessOptions } from "./mongodb_process.ts";
import { serve } from "./server_process.ts";

interface Request extends MongodbProcessOptions {
  /** Without it the library downloads one from MongoDB's own site. */
  readonly binary?: string;
}

interface Server {
  getUri(): string;
  stop(options: { doCleanup: boolean; force: boolean }): Promise<boolean>;
}

function start({ topology, binary: systemBinary, arguments: more = [], root }: Request): Promise<Server> {
  // Test commands are what makes fail points possible.
  const args = ["--setParameter", "enableTestCommands=1", ...more];
  const binary = systemBinary === undefined ? { downloadDir: join(cacheFolder, "mongodb-binaries") } : { systemBinary };
  const storageEngine = "wiredTiger";
  return topology === "standalone"
    ? MongoMemoryServer.create({ binary, instance: { storageEngine, args } })
    : MongoMemoryReplSet.create({ binary, replSet: { count: 1, storageEngine, args, ...authorization(root) } });
}

/** The members of a set with users trust each other by a key, which the library makes. */
function authorization(root: MongodbProcessOptions["root"]) {
  if (root === undefined) return {};
  return { auth: { enable: true, customRootName: root.user, customRootPwd: root.password } };
}

// Any version will do, also when it is not the one that the library would have downloaded.
Deno.env.set("MONGOMS_SYSTEM_BINARY_VERSION_CHECK", "false");
await serve<Request>(async (request) => {
  const server = await start(request);
  return { url: server.getUri(), stop: () => server.stop({ doCleanup: true, force: true }) };
});
