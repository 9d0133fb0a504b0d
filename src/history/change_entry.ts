import type { Operation } from "../report.ts";

/** What an entry is about: the beginning of an execution, a change, or the step before it. */
export type EntryType = "RUN" | "EXECUTION" | "BEFORE_EXECUTION";

/** The state an entry brings a change unit into. */
export type ChangeState = "STARTED" | "EXECUTED" | "FAILED" | "ROLLED_BACK" | "ROLLBACK_FAILED" | "IGNORED";

/** The version of the stored format that this version of Denock writes. */
export const FORMAT = 1;

/** An error as the history keeps it: without stack, secrets and contents of documents. */
export interface RecordedError {
  /** The class of the error. */
  readonly name: string;
  /** Its code, or null. */
  readonly code: string | null;
  /** The first line of its message, with secrets and contents removed. */
  readonly message: string;
}

/** Why somebody has recorded something by hand. */
export interface Comment {
  /** Who. */
  readonly by: string;
  /** Why. */
  readonly reason: string;
}

/** What an entry says, before it has its place in the log. */
export interface EntryDraft {
  /** The id of the execution that wrote it. */
  readonly executionId: string;
  /** What kind of operation wrote it. */
  readonly operation: Operation;
  /** What it is about. */
  readonly type: EntryType;
  /** The state it brings the change unit into; `STARTED` for a `RUN` entry. */
  readonly state: ChangeState;
  /** The id of the change unit; null for a `RUN` entry, as are the next six. */
  readonly changeId: string | null;
  /** Its author. */
  readonly author: string | null;
  /** Its order. */
  readonly order: string | null;
  /** Its file, or null for a change unit from memory. */
  readonly file: string | null;
  /** Its checksum, or null when there was none to compare. */
  readonly checksum: string | null;
  /** The version of the system it belongs to. */
  readonly systemVersion: string | null;
  /** Whether it runs in every execution; kept because an executed, unchanged file is not loaded. */
  readonly runAlways: boolean | null;
  /** When it happened, by the clock of the database: ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
  /** How long it took in milliseconds, or null where nothing was measured. */
  readonly executionMillis: number | null;
  /** How many attempts it took, or null. */
  readonly attempts: number | null;
  /** The host it ran on. */
  readonly executionHostname: string;
  /** On `RUN` entries: what the database calls the session of this execution, or null. */
  readonly session: string | null;
  /** On entries that somebody has asked for by hand: who and why; else null. */
  readonly comment: Comment | null;
  /** The configured metadata, or null. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** What went wrong, or null. */
  readonly error: RecordedError | null;
  /**
   * On an entry behind which nothing is left to do: the digest of everything that the source had, by which a start sees at once
   * that it still has the same; else null.
   */
  readonly settled: string | null;
}

/** One row of the history: what happened to which change unit, when, and by which execution. */
export interface ChangeEntry extends EntryDraft {
  /** Its place in the log: 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** The version of the stored format. */
  readonly format: number;
  /** The digest of the entry before it, or null for the first. */
  readonly previous: string | null;
  /** The digest of this entry, over everything else in it. */
  readonly digest: string;
}
