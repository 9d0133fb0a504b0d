import type { ListedChange, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import type { ChangeState, EntryType } from "../history/change_entry.ts";
import type { History } from "../history/history.ts";
import type { ChangeReference, Problem } from "../report.ts";
import type { PlanRules } from "./plan_rules.ts";

/** What is to happen with one change unit, and why. */
export interface PlannedChange extends ChangeReference {
  /** Its state now. */
  readonly state: ChangeState | "PENDING";
  /**
   * `run`: it will be executed. `done`: it has been. `skip`: it does not concern this runner. `stop`: it has a problem that
   * must be solved first. `missing`: it was executed but its file is not there. `later`: it is behind the limit that was asked
   * for.
   */
  readonly decision: "run" | "done" | "skip" | "stop" | "missing" | "later";
  /** Why. */
  readonly reason: string;
  /** When its state was reached, as ISO 8601 in UTC, or null. */
  readonly timestamp: string | null;
  /** How long it took, in milliseconds, or null. */
  readonly executionMillis: number | null;
}

/** A change unit that is to be executed. */
export interface PlanStep {
  /** The decision. */
  readonly change: PlannedChange;
  /** The change unit. */
  readonly unit: LoadedChangeUnit;
  /** Whether it runs in a transaction. */
  readonly transactional: boolean;
  /** Whether it was executed before as it is now, and only runs again because it runs always. */
  readonly repeats: boolean;
  /** Whether its before step is to run. */
  readonly runsBefore: boolean;
  /** What an earlier execution left unfinished and must be rolled back first, in this order. */
  readonly recover: readonly Exclude<EntryType, "RUN">[];
}

/**
 * The decisions of an execution, computed before anything runs.
 *
 * @typeParam Step What there is to do with one change unit.
 */
export interface Plan<Step extends { readonly unit: ChangeReference } = PlanStep> {
  /** Every change unit of the source and of the history, in order. */
  readonly changes: readonly PlannedChange[];
  /** What there is to do, in order. */
  readonly steps: readonly Step[];
  /** What a person must know; nothing runs while one of them is an error. */
  readonly problems: readonly Problem[];
}

/** Which change units share a transaction: each has its own, all of an execution share one, or there is none. */
export type TransactionStrategy = "change" | "run" | "none";

/** What a plan is made from. */
export interface PlanInput {
  /** What people call the source. */
  readonly source: string;
  /** What the source lists. */
  readonly listed: readonly ListedChange[];
  /** What was loaded of it. */
  readonly units: ReadonlyMap<ListedChange, LoadedChangeUnit>;
  /** What listing and loading found wrong. */
  readonly found: readonly Problem[];
  /** The history. */
  readonly history: History;
  /** What to do where there is a choice. */
  readonly rules: PlanRules;
  /** What the driver is called and whether it has transactions; `strategy` none asks for none. */
  readonly transactions: {
    readonly driver: string;
    /** Whether it runs scripts of SQL. */
    readonly runsSql: boolean;
    readonly supported: boolean;
    /** Whether change units that say nothing get one. */
    readonly byDefault: boolean;
    readonly strategy: TransactionStrategy;
  };
}
