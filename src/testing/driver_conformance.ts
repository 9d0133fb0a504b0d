import type { Driver } from "../driver.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import type { ConformanceStore } from "./conformance_store.ts";
import { contextCases } from "./context_cases.ts";
import { historyCases } from "./history_cases.ts";
import { leaseCases } from "./lease_cases.ts";
import { leaseTimeCases } from "./lease_time_cases.ts";
import { lifecycleCases } from "./lifecycle_cases.ts";
import { positionCases } from "./position_cases.ts";
import { schemaCases } from "./schema_cases.ts";
import { sessionCases } from "./session_cases.ts";
import { transactionCases } from "./transaction_cases.ts";

/**
 * What the suite needs.
 *
 * @typeParam Context What the driver gives change units.
 */
export interface ConformanceOptions<Context extends object> {
  /** Registers a test, for example `(name, run) => Deno.test(name, run)`. One test is to run at a time. */
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** Makes an empty database. */
  readonly open: () => Promise<ConformanceStore<Context>>;
}

const CASES: readonly ConformanceCase[] = [
  ...lifecycleCases,
  ...historyCases,
  ...leaseCases,
  ...leaseTimeCases,
  ...transactionCases,
  ...positionCases,
  ...sessionCases,
  ...schemaCases,
  ...contextCases,
];

/**
 * Registers a test for every rule of the contract of {@link Driver}. A rule about something that the driver does not support
 * passes without a check; what it supports is what it says in `supports`, and whether that is true is checked as well.
 *
 * @typeParam Context What the driver gives change units.
 */
export function driverConformance<Context extends object>(options: ConformanceOptions<Context>): void {
  for (const each of CASES) {
    options.test(`${each.group}: ${each.rule}`, async () => {
      await using opened = await options.open();
      // The suite hands contexts only back to the store that they came from.
      await runCase(each, opened as ConformanceStore<object>);
    });
  }
}

async function runCase({ group, appliesTo, run }: ConformanceCase, store: ConformanceStore<object>): Promise<void> {
  await using drivers = new AsyncDisposableStack();
  const connect = async (): Promise<Driver<object>> => drivers.use(await store.connect());
  const driver = await connect();
  const other = await connect();
  if (appliesTo?.(driver, store) === false) return;
  if (group !== "lifecycle") await driver.prepare({ transactions: driver.supports.transactions });
  await run({ store, driver, other, connect });
}
