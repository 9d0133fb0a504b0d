/**
 * A real MariaDB or MySQL server for tests.
 *
 * All tests of a run share one: the one that `MYSQL_URL` names, which is also how scripts/gate.ts passes its own on. A test
 * file that is run by itself starts one when it is loaded, which ends with the test process.
 *
 * @module
 */

import { createPool, type Pool } from "mysql2/promise";
import { startMysqlProcess } from "../scripts/mysql_process.ts";

/** A server. */
export interface MysqlServer {
  /** The connection string for a database. */
  url(databaseName: string): string;
}

/** A database of its own, and pools to it that are closed with it. */
export interface MysqlTestDatabase extends AsyncDisposable {
  /** Its connection string. */
  readonly url: string;
  /** A pool to look at it with. */
  readonly pool: Pool;
  /** Opens another pool. */
  open(options?: MysqlPoolOptions): Pool;
}

/** What differs from one pool to another. */
export interface MysqlPoolOptions {
  /** How many connections it may have. */
  readonly connectionLimit?: number;
  /** Whether a text may hold several statements. */
  readonly multipleStatements?: boolean;
  /** Who connects, when not the one whom the URL names. */
  readonly user?: string;
}

/** Makes an empty database. */
export async function openMysqlDatabase(server: MysqlServer): Promise<MysqlTestDatabase> {
  const name = `denock_${crypto.randomUUID().slice(0, 8)}`;
  const admin = createPool(server.url("mysql"));
  await admin.query(`CREATE DATABASE ${name}`);
  const url = server.url(name);
  const pools = [admin];
  const open = (options: MysqlPoolOptions = {}) => {
    const pool = createPool({ uri: url, connectionLimit: 4, ...options });
    pools.push(pool);
    return pool;
  };
  return {
    url,
    pool: open(),
    open,
    async [Symbol.asyncDispose]() {
      // What a test has left open would keep the database from being dropped.
      for (const pool of pools.splice(1)) await pool.end();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

/**
 * Registers a test that needs the shared server. Without one it is skipped, with a line that says what to set; with `CI=true`
 * it fails, because a test run that proves nothing must not look like a success.
 */
export function mysqlTest(
  name: string,
  body: (server: MysqlServer, context: Deno.TestContext) => void | Promise<void>,
): void {
  const { server, reason } = shared;
  if (server !== undefined) {
    Deno.test(name, (context) => body(server, context));
  } else if (Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(reason);
    });
  } else {
    if (!announced) console.error(`Skipping the tests that need MySQL or MariaDB. ${reason}`);
    announced = true;
    Deno.test({ name, ignore: true, fn() {} });
  }
}

function serverAt(url: string): MysqlServer {
  return {
    url(databaseName) {
      const named = new URL(url);
      named.pathname = `/${databaseName}`;
      return named.href;
    },
  };
}

async function startShared(): Promise<{ readonly server?: MysqlServer; readonly reason?: string }> {
  const given = Deno.env.get("MYSQL_URL");
  if (given) return { server: serverAt(given) };
  // scripts/gate.ts has tried already; trying again in each test file would only cost time.
  const reason = Deno.env.get("DENOCK_NO_MYSQL");
  if (reason) return { reason };
  try {
    return { server: serverAt((await startMysqlProcess()).url) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

let announced = false;
const shared = await startShared();
