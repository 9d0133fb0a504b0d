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
  PositionTakenError,
  type Transaction,
} from "../../driver.ts";
import { MigrationError } from "../../errors.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { bindDatabase, type MysqlDatabase } from "./bound_database.ts";
import { classifyError, endsConnection, isSyntaxError } from "./classify_error.ts";
import { HistoryTable } from "./history_table.ts";
import { LeaseRow } from "./lease_row.ts";
import { allowsScripts, connectionLimitOf, type MysqlPool } from "./mysql_pool.ts";
import { isInTransaction, OpenTransaction } from "./open_transaction.ts";
import { readStatements } from "./read_statements.ts";
import { endConnection, ReservedConnection } from "./reserved_connection.ts";
import { StatementQueue } from "./statement_queue.ts";

/** What a {@link MysqlDriver} gives change units. */
export interface MysqlDriverContext {
  /** The database. Inside a transaction everything it does is part of that; what would end it is refused. */
  readonly db: MysqlDatabase;
}

/** What a change unit on a {@link MysqlDriver} gets. */
export type MysqlContext = ChangeContext & MysqlDriverContext;

/** What a {@link MysqlDriver} needs to know. */
export interface MysqlDriverOptions {
  /** The pool, of `npm:mysql2/promise`, with at least two connections; it stays the caller's. */
  readonly pool: MysqlPool;
  /**
   * The table of the history.
   *
   * @default {"denock_history"}
   */
  readonly historyTable?: string;
  /**
   * The table of the lease.
   *
   * @default {"denock_lease"}
   */
  readonly leaseTable?: string;
}

/** One for the transaction, one for the lease. */
const CONNECTIONS_NEEDED = 2;
/** The end of a large transaction takes its time. In milliseconds. */
const END_TIMEOUT_MS = 60_000;

/**
 * The driver for MySQL and MariaDB. It keeps two connections: one carries all transactions, entries and change units of an
 * execution, one the lease and what is read.
 *
 * A change of the schema commits there by itself, so a change unit gets a transaction only if it says `transactional: true`.
 *
 * @example
 * ```ts ignore
 * import { createPool } from "mysql2/promise";
 * import { Runner } from "@denock/denock";
 * import { MysqlDriver } from "@denock/denock/mysql";
 *
 * const pool = createPool("mysql://localhost/shop");
 * await using driver = new MysqlDriver({ pool });
 * await new Runner({ driver, migrations: "./migrations" }).migrate();
 * await pool.end();
 * ```
 */
export class MysqlDriver implements Driver<MysqlDriverContext> {
  /** What people call the database. */
  readonly name = "MySQL";
  /** Transactions, which a change of the schema would commit. */
  readonly supports = { transactions: true, schemaChanges: "committing" } as const;
  /** The name of the connection that carries transactions. */
  readonly session: string = crypto.randomUUID();
  readonly #pool: MysqlPool;
  readonly #history: HistoryTable;
  /** Carries transactions, entries and change units. */
  readonly #work: ReservedConnection;
  /** Carries the lease and what is read, while the other one is at work. */
  readonly #side: ReservedConnection;
  readonly #lease: LeaseRow;
  /** Whose statements may have left something behind in the connection, such as variables, locks or an open transaction. */
  #leftBy: object | undefined;

  /**
   * Makes a driver on a pool. Nothing is sent before one of its methods is called.
   *
   * @throws {RangeError} when the pool has too few connections.
   */
  constructor({ pool, historyTable = "denock_history", leaseTable = "denock_lease" }: MysqlDriverOptions) {
    const limit = connectionLimitOf(pool);
    if (limit !== undefined && limit < CONNECTIONS_NEEDED) {
      throw new RangeError(
        `The pool of a MysqlDriver needs at least ${CONNECTIONS_NEEDED} connections, because the lock is renewed while a ` +
          `change unit is at work: its connectionLimit is ${limit}`,
      );
    }
    this.#pool = pool;
    this.#history = new HistoryTable(historyTable);
    this.#work = new ReservedConnection(pool, lockNameOf(this.session));
    this.#side = new ReservedConnection(pool);
    this.#lease = new LeaseRow(this.#side, leaseTable);
  }

  /** Makes the tables. */
  async prepare(): Promise<void> {
    await this.#history.prepare(this.#side);
    await this.#lease.prepare();
  }

  /** Reads entries. */
  async readHistory(range: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    return await this.#history.read(this.#side, range);
  }

  /** Adds an entry. */
  async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    await this.#closeChangeUnit(entry);
    await this.#work.waitForLocks("shortly");
    return await this.#history.insert(this.#work, entry);
  }

  /** Asks for the lease. */
  async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    await this.#side.waitForLocks("shortly");
    return await this.#lease.acquire(request);
  }

  /** Prolongs the lease. */
  async renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return await this.#lease.renew(lease);
  }

  /** Looks at the lease. */
  async readLease(): Promise<LeaseStatus | null> {
    return await this.#lease.read();
  }

  /** Gives the lease back. */
  async releaseLease(lease: Lease): Promise<void> {
    await this.#lease.release(lease);
  }

  /** Makes one attempt at a transaction. */
  async transaction<Result>(
    work: (transaction: Transaction<MysqlDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    await this.#cleanUp();
    await this.#work.waitForLocks("as usual");
    const open = await OpenTransaction.begin(this.#work);
    const queue = new StatementQueue();
    let isOver = false;
    const guardInside = () => {
      if (isOver) throw ended();
      guard();
    };
    let result: Result;
    try {
      const db = this.#bind(guardInside, queue, open);
      const append = (entry: ChangeEntry) => queue.run(() => this.#appendInside(entry, open));
      const fence = (entry: ChangeEntry) => queue.run(() => this.#fenceInside(entry, open));
      result = await work({ context: { db }, append, fence });
      await queue.idle();
      isOver = true;
      await open.verify();
    } catch (error) {
      isOver = true;
      await this.#rollBack(queue, open);
      throw error;
    }
    await this.#commit(queue, open);
    return result;
  }

  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): MysqlDriverContext {
    return { db: this.#bind(guard, new StatementQueue()) };
  }

  /** Says what an error of the client means. */
  classify(error: unknown): ErrorClass {
    return classifyError(error);
  }

  /**
   * Runs a script, as one text.
   *
   * @throws {TypeError} when it has several statements and the pool lets none with several through.
   */
  async runScript({ db }: MysqlDriverContext, script: string): Promise<void> {
    try {
      await db.query(script);
    } catch (cause) {
      if (!isSyntaxError(cause) || allowsScripts(this.#pool) || readStatements(script).length < 2) throw cause;
      throw new TypeError("The pool takes one statement at a time: give it `multipleStatements: true`", { cause });
    }
  }

  /** Ends the connections of others, and with them what they hold. */
  async evict(sessions: readonly string[]): Promise<void> {
    for (const session of sessions) await endConnection(this.#side, lockNameOf(session));
  }

  /** Gives the connections back. The pool is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp();
    await this.#work.release();
    await this.#side.release();
  }

  #bind(guard: Guard, queue: StatementQueue, transaction?: OpenTransaction): MysqlDatabase {
    const user = {};
    const connect = async (leaves: "something" | "nothing") => {
      if (transaction === undefined && this.#leftBy !== user) await this.#cleanUp();
      if (transaction === undefined || leaves === "something") this.#leftBy = user;
      return await this.#work.connection();
    };
    return bindDatabase({ guard, queue, pool: this.#pool, connect, ...(transaction && { transaction }) });
  }

  /**
   * After a change unit without a transaction nothing of it may be in the connection any more. One that has begun a transaction
   * itself and not ended it has not done what it seems to have done.
   */
  async #closeChangeUnit({ state }: ChangeEntry): Promise<void> {
    if (this.#leftBy === undefined) return;
    // Where nobody can tell, the change unit rather runs again.
    const isOpen = await this.#work.run("DO 0").then(isInTransaction, () => true);
    await this.#cleanUp();
    if (isOpen && (state === "EXECUTED" || state === "ROLLED_BACK")) {
      throw new MigrationError(
        "TRANSACTION_ENDED",
        "The change unit has begun a transaction and not ended it, or has lost its connection at its end: what was not " +
          "committed is rolled back. Commit in the change unit, or say `transactional: true` in it",
      );
    }
  }

  async #cleanUp(): Promise<void> {
    if (this.#leftBy === undefined) return;
    this.#leftBy = undefined;
    await this.#work.discard();
  }

  async #appendInside(entry: ChangeEntry, open: OpenTransaction): Promise<void> {
    await open.verify();
    const reply = await this.#history.insert(this.#work, entry);
    if (reply === "taken") throw new PositionTakenError(`Position ${entry.seq} is taken`);
  }

  /** Added and removed again, the entry keeps the position locked until the commit, and leaves nothing. */
  async #fenceInside(entry: ChangeEntry, open: OpenTransaction): Promise<void> {
    await this.#appendInside(entry, open);
    await this.#history.remove(this.#work, entry);
  }

  async #commit(queue: StatementQueue, open: OpenTransaction): Promise<void> {
    try {
      await this.#work.run("COMMIT AND NO CHAIN NO RELEASE", [], END_TIMEOUT_MS);
    } catch (error) {
      await this.#rollBack(queue, open);
      // A cluster that finds a conflict says so here, and has rolled back.
      if (classifyError(error) === "transient") throw error;
      throw new CommitUnknownError("MySQL did not confirm the commit", { cause: error });
    }
    await this.#cleanUp();
  }

  /** A statement that is still under way would keep a rollback waiting; without its connection the server ends both. */
  async #rollBack(queue: StatementQueue, open: OpenTransaction): Promise<void> {
    if (queue.isBusy) this.#leftBy ??= {};
    try {
      if (this.#leftBy === undefined && open.hasConnection) {
        await this.#work.run("ROLLBACK AND NO CHAIN NO RELEASE", [], END_TIMEOUT_MS);
      }
    } catch (error) {
      if (!endsConnection(error)) await this.#work.discard();
    }
    await this.#cleanUp();
  }
}

function lockNameOf(session: string): string {
  return `denock:${session}`;
}

function ended(): MigrationError {
  const message = "Cannot use the database after the end of the transaction: await every call inside the change unit";
  return new MigrationError("TRANSACTION_ENDED", message);
}
