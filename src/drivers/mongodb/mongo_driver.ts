import type { ClientSession, Collection, Db, MongoClient } from "mongodb";
import type { ChangeContext } from "../../change_unit/context.ts";
import {
  CommitUnknownError,
  type Driver,
  type ErrorClass,
  type Guard,
  type Lease,
  type LeaseReply,
  type LeaseRequest,
  type LeaseStatus,
  PositionTakenError,
  type Transaction,
} from "../../driver.ts";
import { DatabaseError, MigrationError } from "../../errors.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { bindDatabase, type BoundDatabase } from "./bound_database.ts";
import { classifyError, codeOf, hasLabel } from "./classify_error.ts";
import { type EntryDocument, fromDocument, toDocument } from "./entry_document.ts";
import { acquireLease, type LeaseDocument, readLease, releaseLease, renewLease } from "./lease_document.ts";

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
}

const DUPLICATE_KEY = 11000;
/** What a server that is no member of a replica set answers to the first operation of a transaction. */
const ILLEGAL_OPERATION = 20;
/** The whole history comes in one reply as long as it fits into one. */
const ALL_IN_ONE_BATCH = 1_000_000;
/** The longest a request of the driver's own may take, on a dead connection as well. In milliseconds. */
const TIMEOUT_MS = 10_000;
const MAJORITY = { w: "majority" } as const;

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
  #session: ClientSession | undefined;

  /** Makes a driver on a client. Nothing is sent before one of its methods is called. */
  constructor(options: MongoDriverOptions) {
    this.#client = options.client;
    this.#database = options.client.db(options.database);
    this.#history = this.#database.collection(options.historyCollection ?? "denockHistory");
    this.#leases = this.#database.collection(options.leaseCollection ?? "denockLease");
  }

  /** The id of the session, in hexadecimal digits. */
  get session(): string {
    return this.#ownSession.id?.id.toString("hex") ?? "";
  }

  /**
   * Checks that the server has the transactions that are needed. Collections come into being with the first write.
   *
   * @throws {DatabaseError} with code `TRANSACTIONS_UNAVAILABLE` on a standalone server.
   */
  async prepare(need: { readonly transactions: boolean }): Promise<void> {
    if (!need.transactions) return;
    const hello = await this.#database.command({ hello: 1 }, { timeoutMS: TIMEOUT_MS });
    if (hello.setName === undefined && hello.msg !== "isdbgrid") throw transactionsUnavailable();
  }

  /** Reads the entries behind a position, in one request. */
  async readHistory({ after = 0 }: { readonly after?: number } = {}): Promise<readonly ChangeEntry[]> {
    const documents = await this.#history.find({ _id: { $gt: after } }, {
      readConcern: { level: "majority" },
      readPreference: "primary",
      sort: { _id: 1 },
      batchSize: ALL_IN_ONE_BATCH,
      timeoutMS: 3 * TIMEOUT_MS,
    }).toArray();
    return documents.map(fromDocument);
  }

  /** Adds an entry, acknowledged by the majority. */
  async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    try {
      await this.#history.insertOne(toDocument(entry), {
        session: this.#ownSession,
        writeConcern: MAJORITY,
        timeoutMS: TIMEOUT_MS,
      });
      return "accepted";
    } catch (error) {
      if (codeOf(error) === DUPLICATE_KEY) return "taken";
      throw error;
    }
  }

  /** Asks for the lease. */
  async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return await acquireLease(this.#leases, request);
  }

  /** Prolongs the lease. */
  async renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return await renewLease(this.#leases, lease);
  }

  /** Looks at the lease. */
  async readLease(): Promise<LeaseStatus | null> {
    return await readLease(this.#leases);
  }

  /** Gives the lease back. */
  async releaseLease(lease: Lease): Promise<void> {
    await releaseLease(this.#leases, lease);
  }

  /** Makes one attempt at a transaction: reads from a snapshot, writes to the majority, on the primary. */
  async transaction<Result>(
    work: (transaction: Transaction<MongoDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    const session = this.#ownSession;
    const bound = bindDatabase(this.#database, { session, guard });
    session.startTransaction({
      readConcern: { level: "snapshot" },
      writeConcern: MAJORITY,
      readPreference: "primary",
    });
    let result: Result;
    try {
      const context = { db: bound.db, client: this.#client, session };
      const append = (entry: ChangeEntry) => this.#appendInside(entry, bound);
      const fence = async (entry: ChangeEntry) => {
        await append(entry);
        // Added and removed again, it conflicts with whoever wants the same position, and leaves nothing.
        await bound.inTurn(() => this.#history.deleteOne({ _id: entry.seq }, { session }));
      };
      result = await work({ context, append, fence });
      await bound.end();
    } catch (error) {
      await bound.end();
      await abort(session);
      throw explain(error, bound.refusal());
    }
    try {
      await commit(session);
    } catch (error) {
      throw explain(error, bound.refusal());
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
    const ids = sessions.map((session) => ({ id: new Binary(fromHex(session), own.sub_type) }));
    await this.#client.db("admin").command({ killSessions: ids }, { timeoutMS: TIMEOUT_MS });
  }

  /** Ends the session. The client is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.endSession();
    this.#session = undefined;
  }

  get #ownSession(): ClientSession {
    return this.#session ??= this.#client.startSession();
  }

  async #appendInside(entry: ChangeEntry, bound: BoundDatabase): Promise<void> {
    try {
      await bound.inTurn(() => this.#history.insertOne(toDocument(entry), { session: this.#ownSession }));
    } catch (error) {
      if (codeOf(error) !== DUPLICATE_KEY) throw error;
      throw new PositionTakenError(`Position ${entry.seq} is taken`, { cause: error });
    }
  }
}

/** Whatever goes wrong here, a transaction that is not committed is ended by the server sooner or later. */
async function abort(session: ClientSession): Promise<void> {
  try {
    await session.abortTransaction();
  } catch {
    // The error that led here is the one to report.
  }
}

async function commit(session: ClientSession): Promise<void> {
  try {
    await session.commitTransaction();
  } catch (error) {
    if (hasLabel(error, "TransientTransactionError")) throw error;
    throw new CommitUnknownError("MongoDB did not confirm the commit", { cause: error });
  }
}

/**
 * The server ends a transaction with the first error in it, and from then on answers as if another attempt could help. When the
 * change unit has caught that first error, it would only be caught again.
 */
function explain(error: unknown, refusal: unknown): unknown {
  if (codeOf(error) === ILLEGAL_OPERATION) return transactionsUnavailable(error);
  if (refusal === undefined || classifyError(refusal) !== "permanent" || classifyError(error) !== "transient") {
    return error;
  }
  return new MigrationError(
    "TRANSACTION_ENDED",
    `MongoDB has rolled the transaction back because of an error that the change unit has caught: ${
      firstLine(refusal)
    }`,
    { cause: refusal },
  );
}

function transactionsUnavailable(cause?: unknown): DatabaseError {
  return new DatabaseError(
    "TRANSACTIONS_UNAVAILABLE",
    "This MongoDB server is standalone and has no transactions: start it as a replica set (one member is enough), say " +
      '`transactional: false` in the change units, or set `transactionStrategy: "none"`',
    { cause },
  );
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
