import type { ChangeReference, ExecutedChange, FailedChange, Problem } from "../report.ts";

/** What a runner tells while it works. */
export type RunnerEvent =
  | { readonly type: "warning"; readonly problem: Problem }
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
  | { readonly type: "lock.lost" }
  | { readonly type: "lock.notReleased"; readonly error: unknown }
  | { readonly type: "change.started"; readonly change: ChangeReference }
  | { readonly type: "change.recovering"; readonly change: ChangeReference }
  | { readonly type: "change.retrying"; readonly change: ChangeReference; readonly attempt: number }
  | { readonly type: "change.log"; readonly change: ChangeReference; readonly message: string }
  | { readonly type: "change.executed"; readonly change: ExecutedChange }
  | { readonly type: "change.failed"; readonly change: FailedChange; readonly error: unknown };

/** Listens to the events of a runner. What it throws is ignored: telling must not break doing. Nobody waits for it. */
export type RunnerListener = (event: RunnerEvent) => unknown;

/** Makes a listener that cannot break its caller. */
export function quietly(listener: RunnerListener | undefined): RunnerListener {
  // Somebody who listens is not part of the execution.
  return (event) => void (async () => await listener?.(event))().catch(() => {});
}
