import type { Fault } from "./faults.ts";
import type { Mode, Scenario, UnitPlan } from "./scenario.ts";

/** Circumstances in which something was wrong once, or that hardly come up by themselves. */
export interface Regression {
  readonly name: string;
  readonly mode: Mode;
  readonly seeds: { readonly from: number; readonly count: number };
  /** What is not drawn from the seed. */
  readonly adapt: (scenario: Scenario) => Scenario;
}

/** What is always run. */
export const REGRESSIONS: readonly Regression[] = [
  {
    // The report once named the change unit that had failed, in the state of another one's before step.
    name: "before steps cannot be rolled back after the transaction of all has failed",
    mode: "safety",
    seeds: { from: 1, count: 200 },
    adapt: (scenario) => ({
      ...everyUnit(scenario, { transactional: true, hasBefore: true }),
      strategy: "run",
      rates: new Map<Fault, number>([["error of a change unit", 0.4], ["error of a rollback", 0.4]]),
    }),
  },
  {
    name: "a lease ends early by the clock of the database while its holder is frozen",
    mode: "safety",
    seeds: { from: 1, count: 500 },
    adapt: (scenario) => ({
      ...everyUnit(scenario, { transactional: false, writes: 3, thinkMs: scenario.leaseMs / 4, timeoutMs: undefined }),
      strategy: "change",
      starts: 4,
      rates: new Map<Fault, number>([
        ["clock of the database jumped", 10],
        ["lock released by hand", 3],
        ["pause", 0.04],
        ["request delayed", 0.02],
        ["reply lost", 0.02],
      ]),
    }),
  },
  {
    name: "what only repeats leaves no trace while commits are in doubt",
    mode: "safety",
    seeds: { from: 1, count: 200 },
    adapt: (scenario) => ({
      ...everyUnit(scenario, { transactional: true, runAlways: true, hasBefore: false }),
      strategy: "change",
      recordRepeats: false,
      rates: inDoubt([["pause", 0.03], ["error of a change unit", 0.1]]),
    }),
  },
  {
    name: "commits in doubt are settled by the log",
    mode: "liveness",
    seeds: { from: 1, count: 200 },
    adapt: (scenario) => ({
      ...everyUnit(scenario, { transactional: true }),
      strategy: scenario.strategy === "none" ? "change" : scenario.strategy,
      rates: inDoubt([["crash", 0.01], ["request delayed", 0.03]]),
    }),
  },
  {
    name: "neighbours share a transaction, in safety mode",
    mode: "safety",
    seeds: { from: 1, count: 500 },
    adapt: (scenario) => ({
      ...everyUnit(scenario, { transactional: true, hasBefore: false }),
      strategy: "change",
      unitsPerTransaction: 3,
    }),
  },
  {
    name: "neighbours share a transaction, in liveness mode",
    mode: "liveness",
    seeds: { from: 1, count: 500 },
    adapt: (scenario) => ({
      ...everyUnit(scenario, { transactional: true, hasBefore: false }),
      strategy: "change",
      unitsPerTransaction: 3,
    }),
  },
];

function everyUnit(scenario: Scenario, changed: Partial<UnitPlan>): Scenario {
  const [first, ...others] = scenario.units;
  const change = (unit: UnitPlan): UnitPlan => ({ ...unit, ...changed });
  return { ...scenario, units: [change(first), ...others.map(change)] };
}

function inDoubt(others: readonly (readonly [Fault, number])[]): Map<Fault, number> {
  return new Map<Fault, number>([
    ["commit unknown, committed", 0.25],
    ["commit unknown, not committed", 0.25],
    ["reply lost", 0.05],
    ["failover", 1],
    ...others,
  ]);
}
