/**
 * The program that `mysql_process.ts` starts: runs one MariaDB or MySQL server on a fresh folder.
 *
 * @module
 */

import { join } from "node:path";
import type { MysqlBinaries } from "./mysql_binaries.ts";
import { serve, type ServedServer } from "./server_process.ts";

/** The data does not outlive the server, so nothing waits for the disk. */
const QUICK = [
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-buffer-pool-size=64M",
  "--skip-log-bin",
  "--skip-name-resolve",
  "--max-connections=500",
];
const START_LIMIT_MS = 120_000;
const PAUSE_MS = 50;

/** A server does not run as root, but takes another user to run as. */
const AS_USER = Deno.uid() === 0 ? ["--user=nobody"] : [];

async function makeData({ server, installer }: MysqlBinaries, data: string): Promise<void> {
  const how = installer === undefined
    ? ["--initialize-insecure"]
    : ["--auth-root-authentication-method=normal", "--skip-test-db"];
  const args = ["--no-defaults", ...how, `--datadir=${data}`, ...AS_USER];
  const { success, stderr } = await new Deno.Command(installer ?? server, { args, stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`the data folder was not made: ${new TextDecoder().decode(stderr).trim()}`);
}

/** Tries until the server greets; the one that has not taken its port ends by itself. */
async function waitUntilReady(port: number, child: Deno.ChildProcess): Promise<void> {
  let isRunning = true;
  child.status.then(() => isRunning = false);
  for (const startedAt = performance.now(); isRunning && performance.now() - startedAt < START_LIMIT_MS;) {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      if (await connection.read(new Uint8Array(1)) !== null && isRunning) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error("the server does not take connections");
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function start(binaries: MysqlBinaries): Promise<ServedServer> {
  const folder = await Deno.makeTempDir({ prefix: "denock-mysql-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    // The user that the server runs as has to get in.
    await Deno.chmod(folder, 0o777);
    const data = join(folder, "data");
    await makeData(binaries, data);
    const port = freePort();
    const files = [`--datadir=${data}`, `--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`];
    const child = new Deno.Command(binaries.server, {
      args: ["--no-defaults", ...files, `--port=${port}`, "--bind-address=127.0.0.1", ...QUICK, ...AS_USER],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await waitUntilReady(port, child);
    return { url: `mysql://root@127.0.0.1:${port}`, stop: () => stop(child).finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Nothing is kept, so nothing need be written either. */
async function stop(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
}

await serve<MysqlBinaries>(start);
