/**
 * Finds the programs of PostgreSQL.
 *
 * @module
 */

import { delimiter, join } from "node:path";

/** Where Debian keeps each version of PostgreSQL: its programs are not on the `PATH`. */
const DEBIAN = "/usr/lib/postgresql";

/** The folder with `initdb` and `postgres`, or undefined: on the `PATH`, else the newest version that Debian has. */
export async function findPostgresBinaries(): Promise<string | undefined> {
  const path = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of [...path, ...await debianFolders()]) {
    if (await hasPrograms(folder)) return folder;
  }
  return undefined;
}

async function debianFolders(): Promise<string[]> {
  try {
    const versions = (await Array.fromAsync(Deno.readDir(DEBIAN))).map(({ name }) => Number(name));
    const sorted = versions.filter((version) => version > 0).toSorted((left, right) => right - left);
    return sorted.map((version) => join(DEBIAN, String(version), "bin"));
  } catch {
    return [];
  }
}

async function hasPrograms(folder: string): Promise<boolean> {
  try {
    const files = await Promise.all(["initdb", "postgres"].map((name) => Deno.stat(join(folder, name))));
    return files.every(({ isFile }) => isFile);
  } catch {
    return false;
  }
}
