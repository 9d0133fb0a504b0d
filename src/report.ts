/**
 * The plain data in which plans, results and errors name change units and what became of them.
 *
 * @module
 */

/** Names one change unit. */
export interface ChangeReference {
  /** The id: in a folder, the part of the file name after the order. */
  readonly id: string;
  /** Who wrote it; id and author together are the identity of a change unit. */
  readonly author: string;
  /** Its place among the others, for example `0001` or `1.10`. */
  readonly order: string;
  /** The file it came from, or null for a change unit that came from memory. */
  readonly file: string | null;
}

/** Every kind of problem a plan can find; `docs/errors.md` has a section for each. */
export type ProblemCode =
  | "CHANGE_EDITED"
  | "CHANGE_MISSING"
  | "CHANGE_MISSING_NEWER"
  | "CHANGE_OUT_OF_ORDER"
  | "CHANGE_INTERRUPTED"
  | "CHANGE_ROLLBACK_FAILED"
  | "DUPLICATE_ORDER"
  | "DUPLICATE_IDENTITY"
  | "FILE_NAME_INVALID"
  | "FILE_OUTSIDE_FOLDER"
  | "CHANGE_UNIT_INVALID"
  | "LISTENER_FAILED"
  | "CHANGE_IRREVERSIBLE"
  | "TARGET_UNKNOWN"
  | "REPAIR_IMPOSSIBLE"
  | "TRANSACTION_NOT_SHARED"
  | "TRANSACTIONS_UNSUPPORTED"
  | "SQL_UNSUPPORTED";

/** Something the plan found that a person must know. */
export interface Problem {
  /** The kind of problem. */
  readonly code: ProblemCode;
  /** An `error` stops the execution before anything runs; a `warning` is only reported. */
  readonly severity: "error" | "warning";
  /** What is wrong, naming the files and values involved. */
  readonly message: string;
  /** What to do about it; each is a way out of its own. */
  readonly remedies: readonly string[];
  /** The files concerned. */
  readonly files: readonly string[];
}

/** A change unit that was executed. */
export interface ExecutedChange extends ChangeReference {
  /** How long its last attempt took, in milliseconds. */
  readonly executionMillis: number;
  /** How many attempts it took; more than one after a write conflict. */
  readonly attempts: number;
}

/** A change unit that failed, and the state in which the history has it. */
export interface FailedChange extends ChangeReference {
  /**
   * `FAILED`: its transaction was rolled back. `ROLLED_BACK`: its own rollback method ran. `ROLLBACK_FAILED`: that failed
   * as well, or there is none. `STARTED`: it cannot be known how far it came. `EXECUTED`: it could not be undone.
   */
  readonly state: "FAILED" | "ROLLED_BACK" | "ROLLBACK_FAILED" | "STARTED" | "EXECUTED";
  /** The message of its error. */
  readonly message: string;
}

/** A change unit that was left out on purpose. */
export interface SkippedChange extends ChangeReference {
  /** Why, for example the profile that is not active. */
  readonly reason: string;
}

/** What kind of operation wrote something. */
export type Operation = "MIGRATE" | "UNDO" | "REPAIR" | "BASELINE" | "IMPORT";

/** What an execution did; results carry it, and so do the errors of executions that did not come to their end. */
export interface ExecutionReport {
  /** What kind of operation it was. */
  readonly operation: Operation;
  /** The id of the execution, or null when there was nothing to do and none was begun. */
  readonly executionId: string | null;
  /** What was carried out, in this order: executed by a migration, rolled back by an undo, marked by repair and baseline. */
  readonly executed: readonly ExecutedChange[];
  /**
   * What failed: at most one, unless change units say `failFast: false`. Where several share a transaction, also those whose
   * before steps could not be rolled back after that.
   */
  readonly failed: readonly FailedChange[];
  /** What was left out on purpose. */
  readonly skipped: readonly SkippedChange[];
  /** How many change units had been executed before and were left as they are. */
  readonly done: number;
  /** What is still to be executed. */
  readonly pending: readonly ChangeReference[];
  /** What the plan warned of. */
  readonly warnings: readonly Problem[];
}
