/**
 * What is deployed: a server, and a job that executes again each night what says `runAlways`. The job and a deployment may
 * meet at the same moment: one of them waits for the other.
 *
 *     deno run --unstable-kv --unstable-cron -A examples/deno_deploy/main.ts
 *
 * @module
 */

import { migrateShop } from "./migrate.ts";

// A schedule for repetitions is always said: without one, a job that has failed is repeated by the Deno on your machine
// and not by the platform. The next night is soon enough.
Deno.cron("nightly change units", "0 3 * * *", { backoffSchedule: [] }, async () => {
  const { executed } = await migrateShop();
  console.log(`cron: executed ${executed.length}`);
});

const port = Number(Deno.env.get("PORT") ?? 8000);
Deno.serve({ port, onListen: ({ port }) => console.log(`serving on ${port}`) }, async () => {
  using kv = await Deno.openKv(Deno.env.get("SHOP_KV"));
  const [opens, closes] = await kv.getMany<[string, string]>([["shop", "opens"], ["shop", "closes"]]);
  return new Response(`open from ${opens.value} to ${closes.value}`);
});
