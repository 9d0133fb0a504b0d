import { ChangeFailedError, type ErrorCode, ExecutionError, MigrationError, PlanError } from "../errors.ts";
import { redact, redactUrls } from "../redact.ts";
import type { ExecutionReport, Problem } from "../report.ts";
import { DATABASE_KINDS } from "./databases/database_kinds.ts";
import { UsageError } from "./usage_error.ts";
import { findUserFrame } from "./user_frame.ts";
import { oneLine } from "./words.ts";

/** An error as people and machines are told of it. */
export interface Failure {
  /** The code of the error. */
  readonly code: ErrorCode | "UNEXPECTED";
  /** What happened. */
  readonly message: string;
  /** What to do next; each is a way out of its own. */
  readonly remedies: readonly string[];
  /** The errors of the change unit, without their stacks. */
  readonly causes: readonly FailureCause[];
  /** The problems of the plan. */
  readonly problems: readonly Problem[];
}

/** An error that a change unit has thrown. */
export interface FailureCause {
  /** Its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Where in the migrations folder it came from, or null. */
  readonly at: string | null;
}

/** What a failure is told with. */
export interface FailureContext {
  /** The command that failed, as it was typed but for secrets and for what is done already. */
  readonly again: string;
  /** The command that shows what the one that failed would do; null for one that only shows. */
  readonly preview: string | null;
  /** Another command on the same database and folder. */
  readonly line: (words: string) => string;
  /** The absolute path of the migrations folder. */
  readonly folder: string;
}

/** Says of an error what happened and what to do next. */
export function describeFailure(error: unknown, context: FailureContext): Failure {
  const code = error instanceof MigrationError ? error.code : "UNEXPECTED";
  const problems = error instanceof PlanError ? error.problems : [];
  const message = problems.length > 0 ? firstLineOf(error) : messageOf(error);
  const causes = error instanceof ChangeFailedError ? causesOf(error.cause, context.folder) : [];
  return { code, message, remedies: remediesFor(error, context), causes, problems };
}

function remediesFor(error: unknown, { again, preview, line }: FailureContext): readonly string[] {
  if (error instanceof UsageError) return error.remedies;
  const seeDone = `See what was done: ${line("list")}`;
  if (!(error instanceof MigrationError)) return [seeDone];
  switch (error.code) {
    case "CHANGE_FAILED":
      return remediesForChange(error, again, line);
    case "PLAN_HAS_PROBLEMS":
      return [preview === null ? `When that is solved, run again: ${again}` : `See every decision: ${preview}`];
    case "SOURCE_UNREADABLE":
      return ["Name the folder with --migrations, or as `migrations` in denock.config.ts"];
    case "HISTORY_BROKEN":
      return ["Find out who has changed it, and bring it back from a backup; until then nothing is run"];
    case "HISTORY_NEWER":
      return ["Run that version, or a newer one"];
    case "HISTORY_NOT_WRITTEN":
    case "LOCK_LOST":
      return [seeDone, `Go on: ${again}`];
    case "LOCK_NOT_OBTAINED":
      return [`When that execution has ended, run again: ${again}`, "Or wait for longer, with `lock.waitMs`"];
    case "LOCK_HELD":
      return [`See whether it is still renewed: ${line("lock status")}`, `Force it: ${line("lock release --force")}`];
    case "INTERRUPTED":
      return error instanceof ExecutionError ? [`Go on: ${again}`] : [];
    case "DATABASE_UNREACHABLE":
      return isForbidden(error.cause)
        ? [`Give the user the right that is missing, by one of the roles in docs/security.md, then run again: ${again}`]
        : [`Check the URL, the server and the rights of the user, then run again: ${again}`];
    default:
      return [];
  }
}

const FORBIDDEN: readonly unknown[] = Object.values(DATABASE_KINDS).flatMap(({ forbidden }) => forbidden);

/** The server has let the user in, but not this far; drivers say more about it than their clients. */
function isForbidden(error: unknown): boolean {
  return error instanceof Error && (("code" in error && FORBIDDEN.includes(error.code)) || isForbidden(error.cause));
}

/** What a failed change unit did must be undone before it may simply run again. */
function remediesForChange(error: MigrationError, again: string, line: FailureContext["line"]): readonly string[] {
  const { failed = [], operation = null } = error instanceof ExecutionError ? error.report : {};
  if (operation === "UNDO" && failed.length > 0 && failed.every(({ state }) => state === "EXECUTED")) {
    const accept = line(["repair", ...failed.map(({ id }) => `--accept ${id}`), "--reason …"].join(" "));
    return [
      `Solve what stands in its way, then run: ${again}`,
      `After mending its rollback method first run: ${accept}`,
    ];
  }
  return failed.every(({ state }) => state === "FAILED" || state === "ROLLED_BACK")
    ? [`Mend it, then run: ${again}`]
    : [`See in which state it is: ${line("list")}`];
}

function causesOf(cause: unknown, folder: string): FailureCause[] {
  if (cause === undefined) return [];
  if (cause instanceof AggregateError) return cause.errors.flatMap((each) => causesOf(each, folder));
  const name = cause instanceof Error ? cause.name : typeof cause;
  // The output of a command is kept in more places than one knows.
  const clean = mayQuoteContents(cause) ? redact : redactUrls;
  return [{ name, message: clean(messageOf(cause)), at: findUserFrame(cause, folder) ?? null }];
}

/** Databases quote contents, and so does `JSON.parse`; what change units throw themselves is their own choice of words. */
function mayQuoteContents(error: unknown): boolean {
  return error instanceof SyntaxError ||
    error instanceof Error && ("code" in error || "errcode" in error || error.name.startsWith("Mongo"));
}

const MEANINGS: Readonly<Record<ExecutionReport["failed"][number]["state"], string>> = {
  FAILED: "its transaction was rolled back, so nothing of it remains",
  ROLLED_BACK: "its own rollback method has undone it",
  ROLLBACK_FAILED: "it could not be rolled back: look at what it has changed",
  STARTED: "it cannot be known how far it came",
  EXECUTED: "its undo was rolled back, so it still is executed",
};

/** What is left of a change unit that failed, in words. */
export function meaningOf(state: ExecutionReport["failed"][number]["state"]): string {
  return MEANINGS[state];
}

function firstLineOf(error: unknown): string {
  return (messageOf(error).split("\n", 1)[0] ?? "").replace(/:$/, "");
}

function messageOf(error: unknown): string {
  // These quote what stands in the database.
  if (error instanceof MigrationError && /^(?:HISTORY|LOCK)_/.test(error.code)) return oneLine(error.message);
  return error instanceof Error ? error.message : String(error);
}
