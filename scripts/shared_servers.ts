/**
 * The database servers that all test files of a run share.
 *
 * @module
 */

import { startReplicaSet } from "./mongodb_replica_set.ts";
import { startMysqlProcess } from "./mysql_process.ts";
import { startPostgresProcess } from "./postgres_process.ts";

/** A server to start once for all test files. */
interface SharedServer {
  /** The environment variable with its connection string; a server that is named there already is left as it is. */
  readonly variable: string;
  /** The environment variable that says why there is none: test files then need not try themselves. */
  readonly missing: string;
  /** Starts it. */
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

const SERVERS: readonly SharedServer[] = [
  {
    variable: "MONGODB_URI",
    missing: "DENOCK_NO_MONGODB",
    async start() {
      const { uri, stop } = await startReplicaSet();
      return { url: uri, stop };
    },
  },
  { variable: "POSTGRES_URL", missing: "DENOCK_NO_POSTGRES", start: () => startPostgresProcess() },
  { variable: "MYSQL_URL", missing: "DENOCK_NO_MYSQL", start: startMysqlProcess },
];

/** Starts all servers, names them in the environment, and stops them when it is disposed of. */
export async function shareServers(): Promise<AsyncDisposable> {
  const started = await Promise.all(SERVERS.map(share));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((stop) => stop()));
    },
  };
}

/** Without a server its tests skip or fail themselves, and say why. */
async function share({ variable, missing, start }: SharedServer): Promise<() => Promise<void>> {
  if (Deno.env.get(variable)) return () => Promise.resolve();
  try {
    const server = await start();
    Deno.env.set(variable, server.url);
    return () => server.stop();
  } catch (error) {
    Deno.env.set(missing, error instanceof Error ? error.message : String(error));
    return () => Promise.resolve();
  }
}
