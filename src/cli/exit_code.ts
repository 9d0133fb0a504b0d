import { type ErrorCode, MigrationError } from "../errors.ts";

/** Every exit code with the outcome that goes with it in JSON, and what it means. */
export const EXIT_CODES = [
  { code: 0, outcome: "done", reason: "what was asked for is done, or nothing had to be done" },
  { code: 1, outcome: "failed", reason: "a change unit failed; those before it stay (or the unexpected happened)" },
  { code: 2, outcome: "bad usage", reason: "the command line or the configuration is wrong; nothing was touched" },
  {
    code: 3,
    outcome: "refused",
    reason:
      "problems in the plan, an unreadable folder, a history that cannot be trusted, or pending with --no-pending",
  },
  {
    code: 4,
    outcome: "lock not held",
    reason: "another execution holds the lock, held it for too long, or took it over",
  },
  { code: 5, outcome: "database error", reason: "the database could not be reached, or refused, or kept no history" },
  {
    code: 130,
    outcome: "interrupted",
    reason: "a signal ended it, as shells report it for Ctrl+C, or a question was not answered with yes",
  },
] as const;

/** An exit code. */
export type ExitCode = (typeof EXIT_CODES)[number]["code"];

/** What JSON calls the outcome of a command that did not come to its end. */
export type FailureOutcome = Exclude<(typeof EXIT_CODES)[number]["outcome"], "done">;

const EXIT_CODE_BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  CHANGE_FAILED: 1,
  REFUSED_IN_TRANSACTION: 1,
  TRANSACTION_ENDED: 1,
  TRANSACTION_NEEDED: 1,
  LIMIT_EXCEEDED: 1,
  CONTEXT_ENDED: 1,
  CHANGE_TIMED_OUT: 1,
  DEPENDENCY_UNKNOWN: 1,
  DRIVER_BUSY: 1,
  CONFIGURATION_INVALID: 2,
  PLAN_HAS_PROBLEMS: 3,
  SOURCE_UNREADABLE: 3,
  HISTORY_BROKEN: 3,
  HISTORY_NEWER: 3,
  LOCK_NOT_OBTAINED: 4,
  LOCK_LOST: 4,
  LOCK_HELD: 4,
  DATABASE_UNREACHABLE: 5,
  TRANSACTIONS_UNAVAILABLE: 5,
  HISTORY_NOT_WRITTEN: 5,
  INTERRUPTED: 130,
};

/** The exit code for an error; for one that Denock did not throw on purpose it is 1. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof MigrationError ? EXIT_CODE_BY_ERROR[error.code] : 1;
}

/** What JSON calls the outcome that goes with an exit code. */
export function outcomeOf(exitCode: ExitCode): (typeof EXIT_CODES)[number]["outcome"] {
  return EXIT_CODES.find(({ code }) => code === exitCode)?.outcome ?? "failed";
}
