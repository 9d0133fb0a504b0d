import type { ConformanceCase } from "./conformance_case.ts";
import type { ConformanceStore } from "./conformance_store.ts";
import { contextCases } from "./context_cases.ts";
import { historyCases } from "./history_cases.ts";
import { leaseCases } from "./lease_cases.ts";
import { lifecycleCases } from "./lifecycle_cases.ts";
import { transactionCases } from "./transaction_cases.ts";

/** What the suite needs. */
export interface ConformanceOptions<Context extends object> {
  /** Registers a test, for example `(name, run) => Deno.test(name, run)`. */
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** Makes an empty database. */
  readonly open: () => Promise<ConformanceStore<Context>>;
}

const CASES: readonly ConformanceCase[] = [
  ...lifecycleCases,
  ...historyCases,
  ...leaseCases,
  ...transactionCases,
  ...contextCases,
];

/**
 * Registers a test for every rule of the contract of {@link Driver}. A rule about something that the driver does not support
 * passes without a check; what it supports is what it says in `supports`.
 */
export function driverConformance<Context extends object>(options: ConformanceOptions<Context>): void {
  for (const { group, rule, needs, run } of CASES) {
    options.test(`${group}: ${rule}`, async () => {
      await using store = await options.open();
      await using driver = await store.connect();
      await using other = await store.connect();
      if (needs !== undefined && !driver.supports[needs]) return;
      if (group !== "lifecycle") await driver.prepare({ transactions: driver.supports.transactions });
      // The suite hands contexts only back to the store that they came from.
      await run({ store: store as ConformanceStore<object>, driver, other });
    });
  }
}
