import type { Sql, TransactionSql } from "postgres";
import type { ChangeContext } from "../../change_unit/context.ts";
import {
  type Driver,
  type ErrorClass,
  type Guard,
  type HistoryRange,
  type Lease,
  type LeaseReply,
  type LeaseRequest,
  type LeaseStatus,
  PositionTakenError,
  ScriptError,
  type Transaction,
} from "../../driver.ts";
import { MigrationError } from "../../errors.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { firstUnlessSettled } from "../shared/entry_columns.ts";
import { bindSql, type BoundSql } from "./bound_sql.ts";
import { classifyError, positionOf, stateOf } from "./classify_error.ts";
import { COLUMN_NAMES, fromRow, PARAMETER_COUNT, PARAMETERS, SELECTED, toRow } from "./entry_rows.ts";
import { explainError } from "./explain_error.ts";
import { type HeldTransaction, holdTransaction } from "./held_transaction.ts";
import { LeaseRow } from "./lease_row.ts";
import { namingRights } from "./name_rights.ts";
import { makeOwnTables, quote, type TableNames } from "./own_tables.ts";

/** What a {@link PostgresDriver} gives change units. */
export interface PostgresDriverContext {
  /** The client. Inside a transaction everything it does is part of that, changes of the schema included. */
  readonly db: BoundSql;
  /** The same as `db`, by the name that the client has for it. */
  readonly sql: BoundSql;
}

/** What a change unit on a {@link PostgresDriver} gets. */
export type PostgresContext = ChangeContext & PostgresDriverContext;

/** What a {@link PostgresDriver} needs to know. */
export interface PostgresDriverOptions {
  /** The client, with at least two connections; it stays the caller's. */
  readonly sql: Sql;
  /**
   * The schema of the two tables, which is made if it is not there.
   *
   * @default {"public"}
   */
  readonly schema?: string;
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
  /**
   * How long a statement in a transaction waits for a lock, in milliseconds; then the transaction is tried again. A change of
   * the schema that waits for longer would keep everybody else waiting behind it. A change unit can set another time with
   * `set local lock_timeout`.
   *
   * @default {10_000}
   */
  readonly lockTimeoutMs?: number;
}

const UNIQUE_VIOLATION = "23505";
const UNDEFINED_TABLE = "42P01";
const SESSION_PREFIX = "denock ";
/** One for the transaction, and one for the renewal of the lease meanwhile. */
const CONNECTIONS_NEEDED = 2;

/**
 * The driver for PostgreSQL. It keeps nothing in a session of the server beyond a transaction, so that it works through a
 * pooler as well. While its transaction is open, the connection carries {@link PostgresDriver.session} as its
 * `application_name`: so others find it, and so it is known that the transaction is still the one that was begun.
 *
 * @example
 * ```ts ignore
 * import postgres from "postgres";
 * import { PostgresDriver } from "@denock/denock/postgres";
 *
 * const sql = postgres("postgres://localhost/shop");
 * await using driver = new PostgresDriver({ sql });
 * ```
 */
export class PostgresDriver implements Driver<PostgresDriverContext> {
  /** What people call the database. */
  readonly name = "PostgreSQL";
  /** Changes of the schema are part of a transaction. */
  readonly supports = { transactions: true, schemaChanges: "transactional" } as const;
  /** What the connection is called while a transaction is open. */
  readonly session: string = SESSION_PREFIX + crypto.randomUUID();
  readonly #sql: Sql;
  readonly #names: TableNames;
  readonly #history: string;
  readonly #lease: LeaseRow;
  readonly #lockTimeoutMs: number;

  /**
   * Makes a driver on a client. Nothing is sent before one of its methods is called.
   *
   * @throws {RangeError} when the client has one connection only: while a transaction is open the lease must be renewed.
   */
  constructor(options: PostgresDriverOptions) {
    const { sql, schema = "public", historyTable = "denock_history", leaseTable = "denock_lease" } = options;
    if (sql.options.max < CONNECTIONS_NEEDED) {
      throw new RangeError(
        `The client needs at least ${CONNECTIONS_NEEDED} connections, one for the transaction and one for the lease: ` +
          `its \`max\` is ${sql.options.max}`,
      );
    }
    this.#sql = sql;
    this.#names = { schema, historyTable, leaseTable };
    this.#history = quote(schema, historyTable);
    this.#lease = new LeaseRow((statement, parameters) => this.#use(statement, parameters), quote(schema, leaseTable));
    this.#lockTimeoutMs = options.lockTimeoutMs ?? 10_000;
  }

  /** Makes the schema and the tables that are not there. */
  async prepare(): Promise<void> {
    const send = (statement: string, parameters?: readonly (string | null)[]) => this.#send(statement, parameters);
    await makeOwnTables(this.#names, send, (statements) => this.#sql.unsafe(statements));
  }

  /** Reads entries, in one request. */
  async readHistory({ after = 0, unlessSettled }: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    const first = unlessSettled === undefined ? "0" : `(${firstUnlessSettled(this.#history, "$2::text")})`;
    const select = `select ${SELECTED} from ${this.#history} as entry
      where entry.seq > $1::text::bigint and entry.seq >= ${first} order by entry.seq`;
    const parameters = [String(after), ...unlessSettled === undefined ? [] : [unlessSettled]];
    const rows = await unlessMissing(this.#use(select, parameters));
    return rows?.map(fromRow) ?? [];
  }

  /** Adds an entry, on the disk of the server when it is answered. */
  async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    // Somebody else's open transaction may hold the position. Settings for one statement have to be made inside of it.
    const settings = `select set_config('lock_timeout', '${this.#lockTimeoutMs}', true),
      set_config('synchronous_commit', 'on', true)`;
    try {
      await this.#use(
        `insert into ${this.#history} (${COLUMN_NAMES}) select ${PARAMETERS} from (${settings}) as settings`,
        toRow(entry),
      );
      return "accepted";
    } catch (error) {
      if (stateOf(error) === UNIQUE_VIOLATION) return "taken";
      throw error;
    }
  }

  /** Asks for the lease. */
  async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return await this.#lease.acquire(request);
  }

  /** Prolongs the lease, on another connection than that of an open transaction. */
  async renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return await this.#lease.renew(lease);
  }

  /** Looks at the lease. */
  async readLease(): Promise<LeaseStatus | null> {
    return await unlessMissing(this.#lease.read()) ?? null;
  }

  /** Gives the lease back. */
  async releaseLease(lease: Lease): Promise<void> {
    await this.#lease.release(lease);
  }

  /** Makes one attempt at a transaction. */
  async transaction<Result>(
    work: (transaction: Transaction<PostgresDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    let failure = () => undefined as unknown;
    try {
      return await holdTransaction(this.#sql, async (sql, held) => {
        failure = () => held.failure;
        await follow(held, sql.unsafe(this.#transactionSettings()));
        const bound = bindSql(sql, guard, { held, isInSavepoint: false });
        const append = (entry: ChangeEntry) => this.#appendInside(sql, held, entry);
        const fence = async (entry: ChangeEntry) => {
          await append(entry);
          // Added and removed again, it conflicts with whoever wants the same position, and leaves nothing.
          await follow(held, sql.unsafe(`delete from ${this.#history} where seq = ${entry.seq}`));
        };
        return await work({ context: { db: bound, sql: bound }, append, fence });
      });
    } catch (error) {
      throw explainError(error, failure());
    }
  }

  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): PostgresDriverContext {
    const bound = bindSql(this.#sql, guard);
    return { db: bound, sql: bound };
  }

  /** Runs a script in one request: outside of a transaction as well, its statements count together or not at all. */
  async runScript({ db }: PostgresDriverContext, script: string): Promise<void> {
    try {
      await db.unsafe(script).simple();
    } catch (cause) {
      const position = positionOf(cause);
      if (position === undefined) throw cause;
      // The server counts characters from 1, a halved pair of surrogates is none.
      const before = [...script].slice(0, position - 1).join("");
      throw new ScriptError(cause instanceof Error ? cause.message : String(cause), before.length, { cause });
    }
  }

  /** Says what an error of the client means. */
  classify(error: unknown): ErrorClass {
    return classifyError(error);
  }

  /** Ends the connections on which others still have their transaction open: those that carry its name at this moment. */
  async evict(sessions: readonly string[]): Promise<void> {
    await this.#send(
      `select pg_terminate_backend(pid)::text from pg_stat_activity
      where datname = current_database() and application_name = any(string_to_array($1::text, ','))`,
      // Whatever else may be written there, only what this driver calls its transactions is ended.
      [sessions.filter((session) => session.startsWith(SESSION_PREFIX)).join(",")],
    );
  }

  /** There is nothing to close: the client is the caller's. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** As lists of columns, rows do not depend on what the client makes of the names of columns. */
  async #send(
    statement: string,
    parameters: readonly (string | null)[] = [],
  ): Promise<readonly (readonly unknown[])[]> {
    // Prepared statements are used where the client may use them at all, which is its option `prepare`.
    return await this.#sql.unsafe(statement, [...parameters], { prepare: true }).values();
  }

  /** Sends a statement that uses the tables of the driver. */
  async #use(statement: string, parameters?: readonly (string | null)[]): Promise<readonly (readonly unknown[])[]> {
    return await namingRights(statement, this.#send(statement, parameters));
  }

  /** No query, so that a change unit can still choose its isolation level. */
  #transactionSettings(): string {
    return `set local application_name = '${this.session}'; set local lock_timeout = ${this.#lockTimeoutMs}; ` +
      "set local synchronous_commit = on";
  }

  async #appendInside(sql: TransactionSql, held: HeldTransaction, entry: ChangeEntry): Promise<void> {
    const insert = `insert into ${this.#history} (${COLUMN_NAMES}) select ${PARAMETERS}
      where current_setting('application_name') = $${PARAMETER_COUNT + 1}::text`;
    let count: number;
    try {
      ({ count } = await follow(held, sql.unsafe(insert, [...toRow(entry), this.session])));
    } catch (error) {
      if (stateOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new PositionTakenError(`Position ${entry.seq} is taken`, { cause: error });
    }
    if (count === 1) return;
    throw new MigrationError(
      "TRANSACTION_ENDED",
      "The transaction has ended before the change unit has: leave out what commits or rolls back, or say " +
        "`transactional: false`; what came before may have been committed",
    );
  }
}

/** Sends a statement of the driver's own in a transaction. */
async function follow<Answer>(held: HeldTransaction, query: Promise<Answer>): Promise<Answer> {
  held.check();
  held.follow(query);
  return await query;
}

/** Reads from a table that may not have been made yet. */
async function unlessMissing<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (stateOf(error) === UNDEFINED_TABLE) return undefined;
    throw error;
  }
}
