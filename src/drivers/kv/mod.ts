/**
 * The driver for Deno KV. It needs `--unstable-kv`, or `"unstable": ["kv"]` in `deno.json`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Runner } from "@denock/denock";
 * import { KvDriver } from "@denock/denock/kv";
 *
 * using kv = await Deno.openKv(":memory:");
 * await using driver = new KvDriver({ kv });
 * const runner = new Runner({
 *   driver,
 *   migrations: [{
 *     id: "add_greeting",
 *     order: "0001",
 *     execution: ({ atomic }) => atomic.set(["greetings", "ann"], "hello"),
 *     rollbackExecution: ({ atomic }) => atomic.delete(["greetings", "ann"]),
 *   }],
 * });
 * assertEquals((await runner.migrate()).executed.length, 1);
 * assertEquals((await kv.get(["greetings", "ann"])).value, "hello");
 * ```
 *
 * @module
 */

export type { KvAtomic } from "./atomic_collector.ts";
export { type KvContext, KvDriver, type KvDriverContext, type KvDriverOptions } from "./kv_driver.ts";
