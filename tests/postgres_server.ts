/**
 * A real PostgreSQL server for tests.
 *
 * All tests of a run share one server: the one that `POSTGRES_URL` names, which is also how scripts/gate.ts passes its own
 * on. A test file that is run by itself starts one when it is loaded, which ends with the test process. Each test has a
 * database of its own.
 *
 * @module
 */

import postgres, { type Options, type Sql } from "postgres";
import { startPostgresProcess } from "../scripts/postgres_process.ts";

/** An empty database. */
export interface PostgresDatabase {
  /** Its URL, of a superuser. */
  readonly url: string;
  /** Opens a client, which is closed at the end of the test. */
  connect(options?: Options<Record<never, never>>, url?: string): Sql;
}

/** The body of a test that needs a database. */
export type PostgresTestBody = (database: PostgresDatabase, context: Deno.TestContext) => void | Promise<void>;

/**
 * Registers a test on an empty database. Without a server it is skipped, with a line that says what to set; with `CI=true`
 * it fails, because a test run that proves nothing must not look like a success.
 */
export function postgresTest(name: string, body: PostgresTestBody): void {
  serverTest(name, async (context) => {
    await using database = await openPostgresDatabase();
    await body(database, context);
  });
}

/** Registers a test that needs the server, in the same way, and opens its databases itself. */
export function serverTest(name: string, body: (context: Deno.TestContext) => Promise<void>): void {
  if (shared.url !== undefined) {
    Deno.test(name, body);
  } else if (Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(shared.reason);
    });
  } else {
    if (!announced) console.error(`Skipping the tests that need PostgreSQL. ${shared.reason}`);
    announced = true;
    Deno.test({ name, ignore: true, fn() {} });
  }
}

/** Opens an empty database on the shared server. */
export async function openPostgresDatabase(): Promise<PostgresDatabase & AsyncDisposable> {
  if (shared.url === undefined) throw new Error(shared.reason);
  return await makeDatabase(shared.url);
}

/** Makes a database, which is dropped at the end together with everybody who is still connected. */
async function makeDatabase(server: string): Promise<PostgresDatabase & AsyncDisposable> {
  const name = `denock_${crypto.randomUUID().slice(0, 8)}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const clients: Sql[] = [];
  const connect = (options: Options<Record<never, never>> = {}, at = url.href) => {
    const client = postgres(at, { onnotice() {}, ...options });
    clients.push(client);
    return client;
  };
  await onServer(server, `create database ${name}`);
  return {
    url: url.href,
    connect,
    async [Symbol.asyncDispose]() {
      // A client that has lost a connection in the middle of a statement waits for its end forever.
      await Promise.all(clients.map((client) => client.end({ timeout: 1 })));
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice() {} });
  await sql.unsafe(statement);
  await sql.end();
}

async function startShared(): Promise<{ readonly url?: string; readonly reason?: string }> {
  const given = Deno.env.get("POSTGRES_URL");
  if (given) return { url: given };
  // scripts/gate.ts has tried already; trying again in each test file would only cost time.
  const reason = Deno.env.get("DENOCK_NO_POSTGRES");
  if (reason) return { reason };
  try {
    return { url: (await startPostgresProcess()).url };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

let announced = false;
const shared = await startShared();
