/**
 * A driver of one's own at work: values in a file of JSON lines, with transactions, a lock and a history.
 *
 *     deno run --allow-read=.data --allow-write=.data examples/custom_driver/main.ts .data/prices.jsonl
 *
 * @module
 */

import { Runner } from "@denock/denock";
import { LogFile } from "./log_file.ts";
import { LogFileDriver } from "./log_file_driver.ts";

const file = new LogFile(Deno.args[0] ?? ".data/prices.jsonl");
await using driver = new LogFileDriver({ file });
const runner = new Runner({
  driver,
  migrations: [{
    order: "0001",
    id: "set_prices",
    execution: async ({ db }) => {
      await db.set("teapot", 3_490);
      await db.set("cup", 450);
    },
    rollbackExecution: async ({ db }) => {
      await db.set("teapot", null);
      await db.set("cup", null);
    },
  }],
});
const { executed } = await runner.migrate();
console.log(`executed ${executed.length}, ${file.values.size} prices, ${file.entries.length} entries in the history`);
