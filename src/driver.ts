/**
 * The contract between the core and a database.
 *
 * @module
 */

import type { ChangeEntry } from "./history/change_entry.ts";

/**
 * What becomes of a change of the schema in a transaction: it is part of it (`transactional`), it is `refused` before it is
 * sent, or it would be `committing` what came before. Where it would, a change unit gets a transaction only if it says
 * `transactional: true`, and so that it changes data alone; the driver then refuses changes of the schema in it.
 */
export type SchemaChanges = "transactional" | "refused" | "committing";

/** What a database can do. */
export interface DriverSupports {
  /** Whether a change unit and its entry can be committed together. */
  readonly transactions: boolean;
  /** What becomes of a change of the schema (DDL) in a transaction. */
  readonly schemaChanges: SchemaChanges;
  /**
   * Whether a change unit reads in its transaction what it has written there; not where all writes are sent at its end.
   *
   * @default {true}
   */
  readonly readsOwnWrites?: boolean;
  /**
   * Whether the lease expires by a clock of the database; where it has none, the clocks of the processes count.
   *
   * @default {true}
   */
  readonly ownClock?: boolean;
}

/** Throws when the execution may not touch the database any more. */
export type Guard = () => void;

/** Which entries of the history are read, always in order of `seq`. */
export interface HistoryRange {
  /**
   * Only those behind this position.
   *
   * @default {0}
   */
  readonly after?: number;
  /**
   * The newest entry alone where its `settled` is this, at a cost that does not grow with the history; else all of them. Both by
   * the same request.
   */
  readonly unlessSettled?: string;
}

/** Asks for the lease. */
export interface LeaseRequest {
  /** Who asks: the id of the execution. */
  readonly owner: string;
  /** Where it runs; shown to those who wait. */
  readonly hostname: string;
  /** How long the lease lasts, in milliseconds. */
  readonly leaseMs: number;
  /**
   * The stamp of a lease that has not changed for longer than it lasts, by the clock of the one who asks: it may be taken
   * although it has not expired by the clock of the database, if it still has this stamp.
   */
  readonly takeOver?: string;
}

/** Names a lease that is held. */
export interface Lease {
  /** Who holds it. */
  readonly owner: string;
  /** Grows by one with every new holder and never starts again. */
  readonly token: number;
}

/** The lease is held. */
export interface LeaseHeld {
  /** Yes. */
  readonly held: true;
  /** The token of this holder. */
  readonly token: number;
  /** The time by the clock of the database, in milliseconds since 1970. */
  readonly databaseTime: number;
  /** Whether the holder before let it expire instead of releasing it. */
  readonly takenOver: boolean;
}

/** Somebody else holds the lease. */
export interface LeaseRefused {
  /** No. */
  readonly held: false;
  /** Who holds it. */
  readonly owner: string;
  /** Where that runs. */
  readonly hostname: string;
  /** How long its lease lasts from one renewal to the next, in milliseconds. */
  readonly leaseMs: number;
  /** How long it will last by the clock of the database, in milliseconds; not above zero when it has expired. */
  readonly remainingMs: number;
  /** Changes with every renewal. */
  readonly stamp: string;
}

/** What is known of the lease without asking for it. */
export interface LeaseStatus extends Lease {
  /** Where the holder runs. */
  readonly hostname: string;
  /** How long the lease lasts from one renewal to the next, in milliseconds. */
  readonly leaseMs: number;
  /** How long it will last by the clock of the database, in milliseconds; not above zero when it has expired. */
  readonly remainingMs: number;
}

/** The answer to a request for the lease. */
export type LeaseReply = LeaseHeld | LeaseRefused;

/** What an attempt at a transaction is given. */
export interface Transaction<Context> {
  /** What the change unit gets; everything it does is part of the transaction. */
  readonly context: Context;
  /**
   * Adds an entry to the history as part of the transaction, at once or together with others at its end.
   *
   * @throws {PositionTakenError} when its position is taken; where that shows only at the end, the transaction throws it.
   */
  append(entry: ChangeEntry): Promise<void>;
  /**
   * Makes the transaction fail unless the position of an entry is free until it commits, and adds nothing.
   *
   * @throws {PositionTakenError} when the position is taken.
   */
  fence(entry: ChangeEntry): Promise<void>;
}

/** Whether an error allows to do the same again: see {@link Driver.classify}. */
export type ErrorClass = "transient" | "unknown" | "permanent";

/** The position at which an entry was to be added inside a transaction is taken. */
export class PositionTakenError extends Error {
  /** The name of the class. */
  override readonly name = "PositionTakenError";
}

/** It cannot be known whether a transaction was committed. */
export class CommitUnknownError extends Error {
  /** The name of the class. */
  override readonly name = "CommitUnknownError";
}

/** A script failed at a place that the database has told. */
export class ScriptError extends Error {
  /** The name of the class. */
  override readonly name = "ScriptError";
  /** How many characters of the script stand before that place. */
  readonly offset: number;
  /** The code of the error of the client, if it has one. */
  readonly code: string | undefined;

  /** Makes the error; the one of the client is its cause. */
  constructor(message: string, offset: number, options: { readonly cause: unknown }) {
    super(message, options);
    this.offset = offset;
    const { cause } = options;
    this.code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  }
}

/**
 * The adapter to one kind of database. It is dumb on purpose: one attempt per call, no retry, no timer, no log, no policy and
 * no environment; all of that is the core's.
 *
 * **What the core guarantees.** A driver carries one execution at a time. `prepare` is called before the first write to a
 * database whose history is empty. `append` and `transaction` are never called at the same time; `renewLease` and
 * `evict` may be called at any time. Entries come sealed and in order. Everything may be called again after an error.
 *
 * **Writing a driver.** It is given an open client that the caller owns, and opens and closes nothing.
 *
 * 1. Keep entries with `seq` as the primary key, so that the database itself refuses a second entry at the same position.
 * 2. `readHistory` reads only what will not be lost (majority reads) and in order of `seq`; without tables it gives nothing.
 * 3. `append` leaves the decision whether a position is taken to the primary key; it never looks first.
 * 4. The lease is one row that is changed by one atomic statement by the clock of the database, if it has one, and is never
 *    deleted.
 * 5. `transaction` makes one attempt: begin, work, commit; when the work throws, roll back and throw the same error.
 * 6. Call the guard right before every use of the database by a change unit.
 * 7. Run `driverConformance` from `@denock/denock/testing` in your tests.
 *
 * @typeParam Context What change units are given, for example `{ db }`.
 */
export interface Driver<Context extends object> extends AsyncDisposable {
  /** What people call the database, for example `MongoDB`. */
  readonly name: string;
  /** What the database can do. */
  readonly supports: DriverSupports;
  /** What the database calls the session of this driver, if others can end it by that name; else null. */
  readonly session: string | null;
  /**
   * Makes what the driver needs for itself. It may be repeated, and several may do it at the same time.
   *
   * @throws {DatabaseError} with code `TRANSACTIONS_UNAVAILABLE` when transactions are needed and this server has none.
   */
  prepare(need: { readonly transactions: boolean }): Promise<void>;
  /**
   * Reads entries, by one request; or by several, one behind the other, where the database limits them: what is only ever added
   * at the end is as a whole as it was at the last of them.
   */
  readHistory(range?: HistoryRange): Promise<readonly ChangeEntry[]>;
  /** Adds an entry outside of any transaction, durably; `taken` when there is an entry at its position. */
  append(entry: ChangeEntry): Promise<"accepted" | "taken">;
  /** Asks for the lease once. Whoever holds it already gets it again. */
  acquireLease(request: LeaseRequest): Promise<LeaseReply>;
  /** Prolongs a lease that is held; also one that has expired, if nobody has taken it. */
  renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply>;
  /** Looks at the lease without changing it; null when nobody holds it. */
  readLease(): Promise<LeaseStatus | null>;
  /** Gives the lease back; nothing happens when it is not held any more. */
  releaseLease(lease: Lease): Promise<void>;
  /**
   * Makes one attempt at a transaction.
   *
   * @throws {CommitUnknownError} when it cannot be known whether it was committed.
   */
  transaction<Result>(
    work: (transaction: Transaction<Context>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result>;
  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): Context;
  /**
   * Runs a script of SQL, all statements of it in order, as a part of what a context stands for: its transaction and its guard.
   * Only for databases with SQL, which so can execute SQL files.
   *
   * @throws {ScriptError} where the database tells the place of the error; else what the client throws.
   */
  runScript?(context: Context, script: string): Promise<void>;
  /**
   * Says what an error of the client means. `transient`: nothing was done, and the same may be done again (a write conflict, a
   * locked database). `unknown`: it may or may not have been done (a lost connection, a time-out). `permanent`: anything else.
   */
  classify(error: unknown): ErrorClass;
  /** Ends what these sessions still hold, where the database can do that; errors are its own to bear. */
  evict?(sessions: readonly string[]): Promise<void>;
}
