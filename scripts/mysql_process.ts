/**
 * Starts a MariaDB or MySQL server for tests and examples, in a process of its own.
 *
 * @module
 */

import { findMysqlBinaries } from "./mysql_binaries.ts";
import { type ServerProcess, startServerProcess } from "./server_process.ts";

/**
 * Starts a server and waits until it takes commands. Its URL is that of `root`, without a database.
 *
 * @throws {Error} If there is no server program, or the server does not start.
 */
export async function startMysqlProcess(): Promise<ServerProcess> {
  try {
    const request = await findMysqlBinaries();
    if (request === undefined) throw new Error("neither mariadbd nor mysqld is on the PATH");
    return await startServerProcess({ program: "./serve_mysql.ts", request });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = "set MYSQL_URL to the URL of root on a running server, or install the package mariadb-server";
    throw new Error(`Cannot start a MariaDB or MySQL server (${advice}): ${reason}`, { cause });
  }
}
