import type { ChangeState } from "./change_entry.ts";

/** A step that a change unit may take from one state to the next. */
export interface Transition {
  /** The state before; null when the history has nothing of it yet. */
  readonly from: ChangeState | null;
  /** The state after. */
  readonly to: ChangeState;
  /** When that happens. */
  readonly reason: string;
}

/** Every legal step of a change. `IGNORED` entries leave the state as it is and may stand anywhere. */
export const EXECUTION_TRANSITIONS: readonly Transition[] = [
  { from: null, to: "STARTED", reason: "a non-transactional change begins" },
  { from: null, to: "EXECUTED", reason: "a transactional change commits, or a baseline or an import records it" },
  { from: null, to: "FAILED", reason: "the transaction of a change was rolled back" },
  { from: null, to: "ROLLED_BACK", reason: "an import records it" },
  { from: "STARTED", to: "EXECUTED", reason: "a non-transactional change has ended well, or repair says so" },
  { from: "STARTED", to: "ROLLED_BACK", reason: "its rollback method ran, at once or in a later execution" },
  { from: "STARTED", to: "ROLLBACK_FAILED", reason: "its rollback method failed, or it has none" },
  { from: "EXECUTED", to: "EXECUTED", reason: "it runs always or on change, or repair accepts a new checksum" },
  { from: "EXECUTED", to: "STARTED", reason: "it runs again, or is being undone, without a transaction" },
  { from: "EXECUTED", to: "FAILED", reason: "a repeated run failed and its transaction was rolled back" },
  { from: "EXECUTED", to: "ROLLED_BACK", reason: "it was undone in a transaction, or repair says so" },
  { from: "FAILED", to: "STARTED", reason: "it is tried again without a transaction" },
  { from: "FAILED", to: "EXECUTED", reason: "it was tried again, or repair says so" },
  { from: "FAILED", to: "FAILED", reason: "it was tried again and failed again" },
  { from: "FAILED", to: "ROLLED_BACK", reason: "what an earlier run of it has left was undone, or repair says so" },
  { from: "ROLLED_BACK", to: "STARTED", reason: "it is tried again without a transaction" },
  { from: "ROLLED_BACK", to: "EXECUTED", reason: "it was tried again, or repair says so" },
  { from: "ROLLED_BACK", to: "FAILED", reason: "it was tried again and failed" },
  { from: "ROLLBACK_FAILED", to: "EXECUTED", reason: "repair says so" },
  { from: "ROLLBACK_FAILED", to: "ROLLED_BACK", reason: "repair says so" },
];

/** Every legal step of the step before a change, which never runs in a transaction. */
export const BEFORE_EXECUTION_TRANSITIONS: readonly Transition[] = [
  { from: null, to: "STARTED", reason: "it begins" },
  { from: null, to: "EXECUTED", reason: "a baseline or an import records it" },
  { from: null, to: "ROLLED_BACK", reason: "an import records it" },
  { from: "STARTED", to: "EXECUTED", reason: "it has ended well, or repair says so" },
  { from: "STARTED", to: "ROLLED_BACK", reason: "its rollback method ran, at once or in a later execution" },
  { from: "STARTED", to: "ROLLBACK_FAILED", reason: "its rollback method failed" },
  { from: "EXECUTED", to: "STARTED", reason: "it is being rolled back, or runs again" },
  { from: "EXECUTED", to: "ROLLED_BACK", reason: "repair says so" },
  { from: "ROLLED_BACK", to: "STARTED", reason: "it is tried again" },
  { from: "ROLLBACK_FAILED", to: "EXECUTED", reason: "repair says so" },
  { from: "ROLLBACK_FAILED", to: "ROLLED_BACK", reason: "repair says so" },
];

/** Whether the table has this step. */
export function isLegal(table: readonly Transition[], from: ChangeState | null, to: ChangeState): boolean {
  return table.some((transition) => transition.from === from && transition.to === to);
}
