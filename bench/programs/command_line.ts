/**
 * Denock, as a command line: everything that `denock migrate` loads and does.
 *
 * @module
 */

import { type ProgramRequest, runProgram } from "./program.ts";

async function runCommandLine({ database, url, folder }: ProgramRequest) {
  const { run } = await import("../../src/cli/run.ts");
  const nowhere = {
    write: (bytes: Uint8Array) => Promise.resolve(bytes.length),
    writeSync: () => 0,
    isTerminal: () => false,
  };
  const process = {
    stdin: { read: () => Promise.resolve(null), isTerminal: () => false },
    stdout: nowhere,
    stderr: { ...nowhere, writeSync: (bytes: Uint8Array) => Deno.stderr.writeSync(bytes) },
    noColor: true,
    columns: () => 80,
    exit() {},
  };
  const named = database === "SQLite" ? `sqlite:${url}` : url;
  const code = await run(["migrate", "--quiet", "--database", named, "--migrations", folder], process);
  if (code !== 0) throw new Error(`It has exited with ${code}`);
  return {};
}

await runProgram(runCommandLine);
