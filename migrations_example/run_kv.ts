/**
 * Applies the Deno KV flavour of the example to a fresh file, `.data/shop.kv` if no other of the repository is named, through
 * the command line. Started by `deno task example:kv`.
 *
 * @module
 */

import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runExample } from "./run_command.ts";

Deno.chdir(fileURLToPath(new URL("..", import.meta.url)));
const file = Deno.args[0] ?? ".data/shop.kv";
await mkdir(dirname(file), { recursive: true });
for (const suffix of ["", "-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });

const options = ["--database", `kv:${file}`, "--migrations", "migrations_example/kv"];
Deno.exitCode = await runExample(["--unstable-kv", "--allow-read=.", `--allow-write=${dirname(file)}`], options);
