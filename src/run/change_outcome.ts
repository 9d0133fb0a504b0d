import type { FailedChange } from "../report.ts";

/** What became of a change unit. */
export type ChangeOutcome =
  | { readonly state: "EXECUTED"; readonly executionMillis: number; readonly attempts: number }
  | FailedOutcome;

/** How a change unit failed. */
export interface FailedOutcome {
  /** Its state in the history. */
  readonly state: FailedChange["state"];
  /** Its error. */
  readonly error: unknown;
}
