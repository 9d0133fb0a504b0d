import type { ClientSession, Collection, Db, MongoClient } from "mongodb";
import type { ChangeContext } from "../../change_unit/context.ts";
import {
  CommitUnknownError,
  type Driver,
  type ErrorClass,
  type Guard,
  type HistoryRange,
  type Lease,
  type LeaseReply,
  type LeaseRequest,
  type LeaseStatus,
  type Transaction,
} from "../../driver.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { answerWithin, NoAnswerError } from "../shared/answer_within.ts";
import { explainError } from "./_explain_error.ts";
import { bytesOfSession, nameOfSession } from "./_session_name.ts";
import { bindDatabase, type BoundDatabase } from "./bound_database.ts";
import { classifyError, codeOf, hasLabel } from "./classify_error.ts";
import { type EntryDocument, fromDocument, toDocument, unlessSettledPipeline } from "./entry_document.ts";
import { acquireLease, type LeaseDocument, readLease, releaseLease, renewLease } from "./lease_document.ts";
import { refusalOfServer } from "./server_refusal.ts";
import { TransactionEntries } from "./transaction_entries.ts";

/** What a {@link MongoDriver} gives change units. */
export interface MongoDriverContext {
  /** The database. Inside a transaction every operation carries its session. */
  readonly db: Db;
  /** The client, for what the database cannot do; nothing done through it is part of the transaction or guarded. */
  readonly client: MongoClient;
  /** The session of the transaction, or undefined outside of one. */
  readonly session: ClientSession | undefined;
}

/** What a change unit on a {@link MongoDriver} gets. */
export type MongoContext = ChangeContext & MongoDriverContext;

/** What a {@link MongoDriver} needs to know. */
export interface MongoDriverOptions {
  /** The client; it stays the caller's. */
  readonly client: MongoClient;
  /** The name of the database, by default the one in the client's connection string. */
  readonly database?: string;
  /**
   * The collection of the history.
   *
   * @default {"denockHistory"}
   */
  readonly historyCollection?: string;
  /**
   * The collection of the lease.
   *
   * @default {"denockLease"}
   */
  readonly leaseCollection?: string;
  /**
   * How long a request of the driver's own may take, on a dead connection as well, in milliseconds; a commit and the read of
   * the history may take three times as long. What change units do is not limited by it.
   *
   * @default {10_000}
   */
  readonly requestMs?: number;
}

const DUPLICATE_KEY = 11000;
/** The whole history comes in one reply as long as it fits into one. */
const ALL_IN_ONE_BATCH = 1_000_000;
/** A commit and the read of the history may take this many times as long as other requests. */
const PATIENCE = 3;
const MAJORITY = { w: "majority" } as const;
const READING = {
  readConcern: { level: "majority" },
  readPreference: "primary",
  batchSize: ALL_IN_ONE_BATCH,
} as const;

/**
 * The driver for MongoDB replica sets and sharded clusters.
 *
 * One session carries all transactions and entries of an execution: the server ends the older open transaction of a session
 * when a newer write comes in it, so an execution never waits for itself. The lease goes without that session.
 *
 * @example
 * ```ts ignore
 * import { MongoClient } from "mongodb";
 * import { Runner } from "@denock/denock";
 * import { MongoDriver } from "@denock/denock/mongodb";
 *
 * await using client = new MongoClient("mongodb://localhost:27017/shop?replicaSet=rs0");
 * await using driver = new MongoDriver({ client });
 * await new Runner({ driver, migrations: "./migrations" }).migrate();
 * ```
 */
export class MongoDriver implements Driver<MongoDriverContext> {
  /** What people call the database. */
  readonly name = "MongoDB";
  /** Transactions, but most changes of the schema cannot be part of one. */
  readonly supports = { transactions: true, schemaChanges: "refused" } as const;
  readonly #client: MongoClient;
  readonly #database: Db;
  readonly #history: Collection<EntryDocument>;
  readonly #leases: Collection<LeaseDocument>;
  readonly #requestMs: number;
  #session: ClientSession | undefined;

  /** Makes a driver on a client. Nothing is sent before one of its methods is called. */
  constructor(options: MongoDriverOptions) {
    this.#client = options.client;
    this.#database = options.client.db(options.database);
    this.#history = this.#database.collection(options.historyCollection ?? "denockHistory");
    this.#leases = this.#database.collection(options.leaseCollection ?? "denockLease");
    this.#requestMs = options.requestMs ?? 10_000;
  }

  /** The id of the session, in hexadecimal digits. */
  get session(): string {
    return nameOfSession(this.#ownSession);
  }

  /**
   * Checks that the server has the transactions that are needed. Collections come into being with the first write.
   *
   * @throws {DatabaseError} with code `TRANSACTIONS_UNAVAILABLE` on a standalone server, and on one older than 4.4.
   */
  async prepare(need: { readonly transactions: boolean }): Promise<void> {
    if (!need.transactions) return;
    const refusal = refusalOfServer(await this.#inTime(this.#database.command({ hello: 1 })));
    if (refusal !== undefined) throw refusal;
  }

  /** Reads entries, in one request. */
  async readHistory({ after = 0, unlessSettled }: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    const found = unlessSettled === undefined
      ? this.#history.find({ _id: { $gt: after } }, { ...READING, sort: { _id: 1 } })
      : this.#history.aggregate<EntryDocument>(
        unlessSettledPipeline(this.#history.collectionName, after, unlessSettled),
        READING,
      );
    const documents = await answerWithin(PATIENCE * this.#requestMs, found.toArray());
    return documents.map(fromDocument);
  }

  /** Adds an entry, acknowledged by the majority. */
  async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const session = this.#ownSession;
    const insert = this.#history.insertOne(toDocument(entry), { session, writeConcern: MAJORITY });
    try {
      await this.#inTime(insert);
      return "accepted";
    } catch (error) {
      if (codeOf(error) === DUPLICATE_KEY) return "taken";
      if (error instanceof NoAnswerError) await this.#leaveBehind(session, insert);
      throw error;
    }
  }

  /** Asks for the lease. */
  async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return await this.#inTime(acquireLease(this.#leases, request));
  }

  /** Prolongs the lease. */
  async renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return await this.#inTime(renewLease(this.#leases, lease));
  }

  /** Looks at the lease. */
  async readLease(): Promise<LeaseStatus | null> {
    return await this.#inTime(readLease(this.#leases));
  }

  /** Gives the lease back. */
  async releaseLease(lease: Lease): Promise<void> {
    await this.#inTime(releaseLease(this.#leases, lease));
  }

  /** Makes one attempt at a transaction: reads from a snapshot, writes to the majority, on the primary. */
  async transaction<Result>(
    work: (transaction: Transaction<MongoDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    const session = this.#ownSession;
    const bound = bindDatabase(this.#database, { session, guard });
    const inTime = <Answer>(request: Promise<Answer>) => this.#inTime(request);
    const entries = new TransactionEntries({ history: this.#history, session, bound, inTime });
    const startedAt = performance.now();
    const explain = (error: unknown) =>
      explainError(error, { client: this.#client, refusal: bound.refusal(), lastedMs: performance.now() - startedAt });
    session.startTransaction({
      readConcern: { level: "snapshot" },
      writeConcern: MAJORITY,
      readPreference: "primary",
    });
    let result: Result;
    try {
      const context = { db: bound.db, client: this.#client, session };
      result = await work({
        context,
        append: (entry) => entries.append(entry),
        fence: (entry) => entries.fence(entry),
      });
      await entries.send();
      await bound.end();
    } catch (error) {
      if (error instanceof NoAnswerError) await this.#leaveBehind(session, bound.end());
      else await this.#abort(session, bound);
      throw await explain(error);
    }
    try {
      await this.#commit(session);
    } catch (error) {
      throw await explain(error);
    }
    return result;
  }

  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): MongoDriverContext {
    return {
      db: bindDatabase(this.#database, { session: undefined, guard }).db,
      client: this.#client,
      session: undefined,
    };
  }

  /** Says what an error of the client means. */
  classify(error: unknown): ErrorClass {
    return classifyError(error);
  }

  /** Ends the transactions and operations that other sessions still have open. */
  async evict(sessions: readonly string[]): Promise<void> {
    const own = this.#ownSession.id?.id;
    // An empty list would end the sessions of everybody.
    if (sessions.length === 0 || own === undefined) return;
    // The class comes from the user's client, which takes no binary value of another version.
    const Binary = own.constructor as new (bytes: Uint8Array, subtype: number) => typeof own;
    const ids = sessions.map((session) => ({ id: new Binary(bytesOfSession(session), own.sub_type) }));
    await this.#inTime(this.#client.db("admin").command({ killSessions: ids }));
  }

  /** Ends the session. The client is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.endSession();
    this.#session = undefined;
  }

  get #ownSession(): ClientSession {
    return this.#session ??= this.#client.startSession();
  }

  #inTime<Answer>(request: Promise<Answer>): Promise<Answer> {
    return answerWithin(this.#requestMs, request);
  }

  async #commit(session: ClientSession): Promise<void> {
    const commit = session.commitTransaction();
    try {
      await answerWithin(PATIENCE * this.#requestMs, commit);
    } catch (error) {
      if (error instanceof NoAnswerError) await this.#leaveBehind(session, commit);
      if (hasLabel(error, "TransientTransactionError")) throw error;
      throw new CommitUnknownError("MongoDB did not confirm the commit", { cause: error });
    }
  }

  /** Whatever goes wrong here, a transaction that is not committed is ended by the server sooner or later. */
  async #abort(session: ClientSession, bound: BoundDatabase): Promise<void> {
    const abort = bound.end().then(() => session.abortTransaction());
    try {
      await this.#inTime(abort);
    } catch (error) {
      // The error that led here is the one to report.
      if (error instanceof NoAnswerError) await this.#leaveBehind(session, abort);
    }
  }

  /**
   * Goes on with another session when a request got no answer. The client may still send it again, and would then do so with
   * the number, or as part of the transaction, that the session has come to. What it holds must not be in the way either.
   */
  async #leaveBehind(session: ClientSession, lastRequest: Promise<unknown>): Promise<void> {
    this.#session = undefined;
    const end = () => void session.endSession().catch(() => {});
    lastRequest.then(end, end);
    try {
      await this.evict([nameOfSession(session)]);
    } catch {
      // Not allowed or not there: then the server ends the transaction itself when its time is over.
    }
  }
}
