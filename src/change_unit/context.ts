import type { ChangeReference } from "../report.ts";

/** What every method of a change unit is given, beside what the driver adds (`db`, `session`, …). */
export interface ChangeContext {
  /** The change unit that is being executed. */
  readonly changeUnit: ChangeReference;
  /** The id of the execution. */
  readonly executionId: string;
  /** Counts from 1; more than 1 when the body is repeated after a write conflict. */
  readonly attempt: number;
  /** Aborted when the execution is cancelled or has lost its lock. */
  readonly signal: AbortSignal;
  /** The configured metadata, which every entry of the execution carries. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Reports a line to whoever listens to the runner's events. */
  log(message: string): void;
  /** Reports how much is done, out of how much if that is known, to whoever listens to the runner's events. */
  progress(done: number, total?: number): void;
}
