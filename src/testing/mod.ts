/**
 * What to test with: a rehearsal of change units, and for authors of drivers the suite that every driver must pass.
 *
 * @example
 * ```ts ignore
 * import { MemoryDriver, type MemoryDriverContext, MemoryStore } from "@denock/denock";
 * import { driverConformance } from "@denock/denock/testing";
 *
 * driverConformance<MemoryDriverContext>({
 *   test: (name, run) => Deno.test(name, run),
 *   open() {
 *     const store = new MemoryStore();
 *     return Promise.resolve({
 *       connect: () => Promise.resolve(new MemoryDriver({ store })),
 *       write: (context, key) => Promise.resolve(context.db.set(key, true)),
 *       has: (context, key) => Promise.resolve(context.db.get(key) === true),
 *       [Symbol.asyncDispose]: () => Promise.resolve(),
 *     });
 *   },
 * });
 * ```
 *
 * @module
 */

export type { ConformanceStore } from "./conformance_store.ts";
export { type ConformanceOptions, driverConformance } from "./driver_conformance.ts";
export { type Rehearsal, type RehearsalDifference, type RehearsalOptions, rehearse } from "./rehearse.ts";
