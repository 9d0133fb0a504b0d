/**
 * Applies the SQLite flavour of the example to a fresh file, `.data/shop.db` if no other of the repository is named, through
 * the command line. Started by `deno task example`.
 *
 * @module
 */

import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runExample } from "./run_command.ts";

Deno.chdir(fileURLToPath(new URL("..", import.meta.url)));
const file = Deno.args[0] ?? ".data/shop.db";
await mkdir(dirname(file), { recursive: true });
for (const suffix of ["", "-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });

const options = ["--database", `sqlite:${file}`, "--migrations", "migrations_example/sqlite"];
Deno.exitCode = await runExample(["--allow-read=.", `--allow-write=${dirname(file)}`], options);
