/**
 * What all examples run the command line with.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs `deno` with these arguments in the root of the repository, showing what is run, and gives its exit code. */
export async function runDeno(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  console.log(`\n$ deno ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), { args: [...args], cwd: root, env, stdin: "null" }).spawn();
  return (await child.status).code;
}

/** Applies the example, shows what was applied, and applies it again; gives the first exit code that is not 0. */
export async function runExample(
  permissions: readonly string[],
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  for (const command of ["migrate", "list", "migrate"]) {
    const code = await runDeno(["run", ...permissions, "src/cli/main.ts", command, ...options], env);
    if (code !== 0) return code;
  }
  return 0;
}
