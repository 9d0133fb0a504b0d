/**
 * Makes `jsr:@std/*` importable where JSR cannot be reached: writes stand-ins to the git-ignored folder `.offline`,
 * which `links` in deno.json picks up. Where JSR can be reached the folder is removed and the real packages are used.
 *
 * `DENOCK_OFFLINE=1` always writes the stand-ins, `DENOCK_OFFLINE=0` never does.
 *
 * This script runs with `--no-config` and imports nothing but built-ins, because it must work before anything resolves.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const offlineFolder = join(root, ".offline");
const sourceFolder = join(root, "scripts", "stand_ins");
const probeLimitMs = 5_000;

/** For each package, the stand-in of each of its entries. */
const packages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "@std/assert": { ".": "std_assert.ts" },
  "@std/path": {
    ".": "std_path.ts",
    "./dirname": "std_path.ts",
    "./from-file-url": "std_path.ts",
    "./join": "std_path.ts",
    "./relative": "std_path.ts",
    "./resolve": "std_path.ts",
    "./to-file-url": "std_path.ts",
  },
  "@std/testing": { "./bdd": "std_testing_bdd.ts", "./time": "std_testing_time.ts" },
};

/** Asks Deno itself, so that its cache and its settings for proxies, certificates and the registry count. */
async function reachesJsr(): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    // One of the smallest modules there is.
    args: ["cache", "--quiet", "--no-config", "--no-lock", "jsr:@std/path@^1/constants"],
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(probeLimitMs),
  }).output();
  return success;
}

/** The files of `.offline` by their path in it. */
function standIns(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, entries] of Object.entries(packages)) {
    const folder = name.slice(1).replace("/", "-");
    // Without a version the package fits every range that deno.json asks for.
    const exports = Object.fromEntries(Object.entries(entries).map(([entry, file]) => [entry, `./${file}`]));
    files.set(join(folder, "deno.json"), JSON.stringify({ name, exports }, null, 2) + "\n");
    for (const file of new Set(Object.values(entries))) {
      files.set(join(folder, file), Deno.readTextFileSync(join(sourceFolder, file)));
    }
  }
  return files;
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes what is missing or different, each file in one step, so that a run at the same time never sees half of one. */
function writeStandIns(): number {
  let written = 0;
  for (const [name, text] of standIns()) {
    const path = join(offlineFolder, name);
    if (readIfThere(path) === text) continue;
    Deno.mkdirSync(dirname(path), { recursive: true });
    const unfinished = `${path}.${crypto.randomUUID()}.tmp`;
    Deno.writeTextFileSync(unfinished, text);
    Deno.renameSync(unfinished, path);
    written++;
  }
  return written;
}

function removeStandIns(): boolean {
  try {
    Deno.removeSync(offlineFolder, { recursive: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const choice = Deno.env.get("DENOCK_OFFLINE");
const offline = choice === "1" || (choice !== "0" && !(await reachesJsr()));
if (offline) {
  if (writeStandIns() > 0) console.error("Wrote stand-ins for jsr:@std/* to .offline");
} else if (removeStandIns()) {
  console.error("Removed the stand-ins in .offline: jsr:@std/* comes from JSR");
}
