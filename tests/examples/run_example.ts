/**
 * Runs programs of the folder `examples`, as people do.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** The folder of the repository. */
export const ROOT: string = fromFileUrl(new URL("../../", import.meta.url));

/** How a program is run. */
export interface RunOptions {
  /** What Deno is told: permissions and flags. */
  readonly permissions: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The arguments with which Deno runs a program of the folder. */
export function exampleArguments(program: string, { permissions, args = [] }: RunOptions): string[] {
  return ["run", "--quiet", "--no-prompt", ...permissions, `${ROOT}examples/${program}`, ...args];
}

/** Runs a program to its end, which must be a good one, and gives the lines that it has written. */
export async function runExample(program: string, options: RunOptions): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: exampleArguments(program, options),
    cwd: ROOT,
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

/** Calls a function with a folder that is removed afterwards. */
export async function withFolder(work: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "denock-example-" }));
  try {
    await work(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
