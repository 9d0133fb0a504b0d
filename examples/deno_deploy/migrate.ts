/**
 * The pre-deploy command. On Deno Deploy it runs once for each timeline, before the new revision gets any traffic; when it
 * fails, the revision is not rolled out.
 *
 *     deno run --unstable-kv -A examples/deno_deploy/migrate.ts
 *
 * @module
 */

import { type ExecutionReport, Runner } from "@denock/denock";
import { KvDriver } from "@denock/denock/kv";

/** Brings the database of this timeline up to date. */
export async function migrateShop(): Promise<ExecutionReport> {
  // Without a path it is the database that the platform has assigned; SHOP_KV names a file on your own machine.
  using kv = await Deno.openKv(Deno.env.get("SHOP_KV"));
  await using driver = new KvDriver({ kv });
  const migrations = new URL("./migrations/", import.meta.url);
  return await new Runner({ driver, migrations, hostname: Deno.env.get("DENO_TIMELINE") ?? "local" }).migrate();
}

if (import.meta.main) {
  const { executed } = await migrateShop();
  console.log(`executed ${executed.map(({ id }) => id).join(", ") || "nothing"}`);
}
