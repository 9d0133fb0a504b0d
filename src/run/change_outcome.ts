import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import type { FailedChange } from "../report.ts";

/** What became of something that was to be done with a change unit. */
export interface ChangeOutcome {
  /** The change unit. */
  readonly unit: LoadedChangeUnit;
  /** How long it took, in milliseconds. */
  readonly executionMillis: number;
  /** How many attempts it took. */
  readonly attempts: number;
  /** What went wrong, or undefined. */
  readonly failure: Failure | undefined;
}

/** How something failed. */
export interface Failure {
  /** The state in which the history has it. */
  readonly state: FailedChange["state"];
  /** The error. */
  readonly error: unknown;
}
