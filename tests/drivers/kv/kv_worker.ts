/**
 * A process that migrates a file of Deno KV: `kv_worker.ts <path> <transactional> <pause in> <marker>`. Each change unit adds 1
 * to a counter of its own; the one to pause in writes the marker and waits. Exits with 0, or with 1 and the code of the error.
 *
 * @module
 */

import { type ListedDefinition, MigrationError, Runner } from "../../../mod.ts";
import { type KvContext, KvDriver } from "../../../src/drivers/kv/mod.ts";

const [path = "", transactional = "", pauseIn = "", marker = ""] = Deno.args;
/** Modulo 2^64, as Deno KV counts. */
const MINUS_ONE = (1n << 64n) - 1n;

async function add({ kv, atomic }: KvContext, name: string, amount: bigint): Promise<void> {
  if (transactional === "true") atomic.sum(["counters", name], amount);
  else await kv.atomic().sum(["counters", name], amount).commit();
}

const migrations = ["first", "middle", "last"].map((id, index): ListedDefinition<KvContext> => ({
  id,
  order: String(index + 1),
  transactional: transactional === "true",
  async execution(context) {
    await add(context, id, 1n);
    if (id !== pauseIn) return;
    await Deno.writeTextFile(marker, "");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
  rollbackExecution: (context) => add(context, id, MINUS_ONE),
}));

using kv = await Deno.openKv(path);
await using driver = new KvDriver({ kv });
try {
  await new Runner({ driver, migrations, lock: { leaseMs: 2_000, pollMs: 100 } }).migrate();
} catch (error) {
  console.log(error instanceof MigrationError ? error.code : error);
  Deno.exitCode = 1;
}
// What waits in a change unit would keep the process alive.
setTimeout(() => Deno.exit(), 0);
