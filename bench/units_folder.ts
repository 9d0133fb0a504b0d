import { join } from "@std/path";
import type { DatabaseKind } from "./databases.ts";
import type { Subject, Unit } from "./subject.ts";

/** A folder with changes, which goes with everything in it. */
export interface UnitsFolder extends AsyncDisposable {
  readonly path: string;
  readonly units: readonly Unit[];
}

/** Where a change stops when it is asked to: it says so by a file, and waits to be killed. */
const PAUSE = (number: number) =>
  `if (Deno.env.get("BENCH_PAUSE_IN") === "${number}") { ` +
  `Deno.writeTextFileSync(Deno.env.get("BENCH_PAUSE_MARKER"), ""); ` +
  `await new Promise((resolve) => setTimeout(resolve, 60_000)); }`;

/** The changes of a subject, from 1 to `count`; those that may pause do so when `BENCH_PAUSE_IN` says their number. */
export function unitsOf(
  subject: Subject,
  database: DatabaseKind,
  options: { readonly count: number; readonly mayPause?: boolean },
): Unit[] {
  const { unit = (_, number) => ({ number, fileName: "", text: "" }) } = subject;
  return Array.from({ length: options.count }, (_, index) => {
    const number = index + 1;
    return unit(database, number, options.mayPause === true ? PAUSE(number) : "");
  });
}

/** Writes a folder with changes. */
export async function makeFolder(units: readonly Unit[]): Promise<UnitsFolder> {
  const path = await Deno.makeTempDir({ prefix: "denock-bench-" });
  for (const { fileName, text } of units) if (fileName !== "") Deno.writeTextFileSync(join(path, fileName), text);
  const remove = async () => {
    await Deno.remove(path, { recursive: true });
    await forgetCompiled(path);
  };
  return { path, units, [Symbol.asyncDispose]: remove };
}

let compiled: Promise<string> | undefined;

/** Deno keeps for ever what it has compiled; a benchmark with fresh files each time would fill the disk. */
async function forgetCompiled(path: string): Promise<void> {
  compiled ??= findCompiled();
  await Deno.remove(join(await compiled, path), { recursive: true }).catch(() => {});
}

/** Where Deno keeps the compiled code of files, by their path. */
async function findCompiled(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return join(JSON.parse(new TextDecoder().decode(stdout)).typescriptCache, "file");
}
