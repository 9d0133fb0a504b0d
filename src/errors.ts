/**
 * Every error that Denock throws on purpose. Each has a `code` that does not change and a section in `docs/errors.md`.
 *
 * @module
 */

import type { ExecutionReport, Problem } from "./report.ts";

/** The codes of all errors. */
export type ErrorCode =
  | "CHANGE_FAILED"
  | "PLAN_HAS_PROBLEMS"
  | "SOURCE_UNREADABLE"
  | "HISTORY_BROKEN"
  | "HISTORY_NEWER"
  | "HISTORY_NOT_WRITTEN"
  | "LOCK_NOT_OBTAINED"
  | "LOCK_LOST"
  | "LOCK_HELD"
  | "INTERRUPTED"
  | "DATABASE_UNREACHABLE"
  | "TRANSACTIONS_UNAVAILABLE"
  | "REFUSED_IN_TRANSACTION"
  | "TRANSACTION_ENDED"
  | "TRANSACTION_NEEDED"
  | "LIMIT_EXCEEDED"
  | "CHANGE_TIMED_OUT"
  | "CONTEXT_ENDED"
  | "DEPENDENCY_UNKNOWN"
  | "DRIVER_BUSY"
  | "CONFIGURATION_INVALID";

/** The base of all errors that Denock throws on purpose. */
export class MigrationError extends Error {
  /** What kind of error it is; see `docs/errors.md`. */
  readonly code: ErrorCode;

  /** Makes an error with its code. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An error that ended an execution; it keeps what the execution had done until then. */
export class ExecutionError extends MigrationError {
  /** What was done before the error. */
  report: ExecutionReport = NOTHING_DONE;
}

/** The report of an execution that has done nothing. */
export const NOTHING_DONE: ExecutionReport = {
  operation: "MIGRATE",
  executionId: null,
  executed: [],
  failed: [],
  skipped: [],
  done: 0,
  pending: [],
  warnings: [],
};

/** A change unit failed. Its own error is the `cause`; `report` says what was done and in which state it is. */
export class ChangeFailedError extends ExecutionError {
  /** Makes the error. */
  constructor(message: string, options?: ErrorOptions) {
    super("CHANGE_FAILED", message, options);
  }
}

/** The plan has problems; nothing was run. */
export class PlanError extends MigrationError {
  /** All problems, warnings included. */
  readonly problems: readonly Problem[];

  /** Makes the error out of the problems a plan found. */
  constructor(problems: readonly Problem[]) {
    const errors = problems.filter((problem) => problem.severity === "error");
    const count = errors.length === 1 ? "a problem" : `${errors.length} problems`;
    super("PLAN_HAS_PROBLEMS", `Nothing was run because the plan has ${count}:\n${errors.map(describe).join("\n")}`);
    this.problems = problems;
  }
}

function describe(problem: Problem): string {
  return [`${problem.code}: ${problem.message}`, ...problem.remedies.map((remedy) => `  - ${remedy}`)].join("\n");
}

/** The place where change units are listed cannot be read. */
export class SourceError extends MigrationError {
  /** Makes the error. */
  constructor(message: string, options?: ErrorOptions) {
    super("SOURCE_UNREADABLE", message, options);
  }
}

/** The history cannot be trusted (`HISTORY_BROKEN`) or was written by a newer version (`HISTORY_NEWER`). */
export class HistoryError extends MigrationError {
  /** Makes the error. */
  constructor(code: "HISTORY_BROKEN" | "HISTORY_NEWER", message: string) {
    super(code, message);
  }
}

/** What happened could not be written to the history. */
export class HistoryNotWrittenError extends ExecutionError {
  /** Makes the error. */
  constructor(message: string, options?: ErrorOptions) {
    super("HISTORY_NOT_WRITTEN", message, options);
  }
}

/** Another execution held the lock for longer than this one was willing to wait. Nothing was run. */
export class LockNotObtainedError extends ExecutionError {
  /** Makes the error. */
  constructor(message: string) {
    super("LOCK_NOT_OBTAINED", message);
  }
}

/** Another execution has taken over; this one stopped, and what it had not committed does not count. */
export class LockLostError extends ExecutionError {
  /** Makes the error. */
  constructor(message: string) {
    super("LOCK_LOST", message);
  }
}

/** The execution was cancelled by its `signal`. */
export class InterruptedError extends ExecutionError {
  /** Makes the error. */
  constructor(message: string, options?: ErrorOptions) {
    super("INTERRUPTED", message, options);
  }
}

/** The database cannot be reached, or refused the first request. Nothing was run. */
export class DatabaseError extends MigrationError {
  /** Makes the error. */
  constructor(code: "DATABASE_UNREACHABLE" | "TRANSACTIONS_UNAVAILABLE", message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
