import type { EntryType } from "../history/change_entry.ts";
import type { ChangeReference, ExecutedChange, ExecutionReport, FailedChange, Operation, Problem } from "../report.ts";

/** A change itself, or the step before it. */
export type Step = Exclude<EntryType, "RUN">;

/** What a runner tells while it works. */
export type RunnerEvent =
  | { readonly type: "disabled"; readonly operation: Operation }
  | { readonly type: "warning"; readonly problem: Problem }
  | {
    /** Files are written in a form that is deprecated; told once, when they are loaded. */
    readonly type: "deprecated";
    readonly message: string;
    readonly files: readonly string[];
  }
  | {
    readonly type: "lock.waiting";
    /** The execution that holds the lock. */
    readonly owner: string;
    /** Where that runs. */
    readonly hostname: string;
    /** For how long its lease will last unless it is renewed, in milliseconds. */
    readonly remainingMs: number;
  }
  | { readonly type: "lock.acquired"; readonly takenOver: boolean }
  | { readonly type: "lock.released" }
  | { readonly type: "lock.lost" }
  | { readonly type: "lock.notReleased"; readonly error: unknown }
  | { readonly type: "execution.started"; readonly operation: Operation; readonly executionId: string }
  | {
    readonly type: "execution.ended";
    readonly operation: Operation;
    readonly executionId: string;
    readonly report: ExecutionReport;
    /** What ended it early, or undefined. */
    readonly error: unknown;
  }
  | { readonly type: "change.started"; readonly change: ChangeReference }
  | { readonly type: "before.started"; readonly change: ChangeReference }
  | { readonly type: "before.ended"; readonly change: ChangeReference; readonly error: unknown }
  | { readonly type: "rollback.started"; readonly change: ChangeReference; readonly step: Step }
  | {
    readonly type: "rollback.ended";
    readonly change: ChangeReference;
    readonly step: Step;
    /** Why it could not be rolled back, or undefined. */
    readonly error: unknown;
  }
  | {
    readonly type: "rollback.retrying";
    readonly change: ChangeReference;
    readonly step: Step;
    readonly attempt: number;
  }
  | { readonly type: "change.recovering"; readonly change: ChangeReference }
  | { readonly type: "change.retrying"; readonly change: ChangeReference; readonly attempt: number }
  | { readonly type: "change.log"; readonly change: ChangeReference; readonly message: string }
  | {
    readonly type: "change.progress";
    readonly change: ChangeReference;
    readonly done: number;
    /** Out of how much, or null where that is not known. */
    readonly total: number | null;
  }
  | { readonly type: "change.executed"; readonly change: ExecutedChange }
  | { readonly type: "change.failed"; readonly change: FailedChange; readonly error: unknown };

/**
 * Listens to the events of a runner. Telling must not break doing: nobody waits for a listener, and what it throws becomes a
 * warning in the report.
 */
export type RunnerListener = (event: RunnerEvent) => unknown;

/** Makes a listener that cannot break its caller. */
export function quietly(listener: RunnerListener | undefined, onError: (error: unknown) => void): RunnerListener {
  return (event) => void (async () => await listener?.(event))().catch(onError);
}
