/**
 * Finds the programs of a MariaDB or MySQL server.
 *
 * @module
 */

import { delimiter, join } from "node:path";

/** Where servers are, which is not always on the `PATH`. */
const usualFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/mysql/bin"];

/** The programs of a server. */
export interface MysqlBinaries {
  /** The server itself. */
  readonly server: string;
  /** The program that makes a data folder; a server of MySQL does so itself. */
  readonly installer?: string;
}

/** Finds the programs; undefined when there are none. */
export async function findMysqlBinaries(): Promise<MysqlBinaries | undefined> {
  const [mariadb, installer] = [await findProgram("mariadbd"), await findProgram("mariadb-install-db")];
  if (mariadb !== undefined && installer !== undefined) return { server: mariadb, installer };
  const mysql = await findProgram("mysqld");
  return mysql === undefined ? undefined : { server: mysql };
}

async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...(Deno.env.get("PATH") ?? "").split(delimiter).filter(Boolean), ...usualFolders];
  for (const folder of folders) {
    const path = join(folder, name);
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}
