import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
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
import { firstUnlessSettled, plainValuesOf } from "../shared/entry_columns.ts";
import { bindDatabase } from "./bound_database.ts";
import { COLUMN_DEFINITIONS, COLUMN_NAMES, fromRow } from "./entry_rows.ts";
import { LeaseRow } from "./lease_row.ts";
import { TransactionHold } from "./transaction_hold.ts";

/** What a {@link SqliteDriver} gives change units. */
export interface SqliteDriverContext {
  /** The database. Inside a transaction everything it does is part of that, changes of the schema included. */
  readonly db: DatabaseSync;
}

/** What a change unit on a {@link SqliteDriver} gets. */
export type SqliteContext = ChangeContext & SqliteDriverContext;

/** What a {@link SqliteDriver} needs to know. */
export interface SqliteDriverOptions {
  /** The open database; it stays the caller's. */
  readonly database: DatabaseSync;
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

/** Rows as arrays, which the types of the client do not know. */
interface ArrayStatement {
  setReturnArrays(enabled: true): void;
  all(...parameters: SQLInputValue[]): SQLOutputValue[][];
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
/** A primary key that is there already. */
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;

/**
 * The driver for SQLite. Only one process writes at a time there, so a transaction keeps all others waiting; it is begun with
 * `BEGIN IMMEDIATE` and never meets a conflict in its middle.
 *
 * @example
 * ```ts
 * import { openDatabase, SqliteDriver } from "@denock/denock/sqlite";
 *
 * using database = openDatabase(":memory:");
 * await using driver = new SqliteDriver({ database });
 * console.log(driver.name);
 * ```
 */
export class SqliteDriver implements Driver<SqliteDriverContext> {
  /** What people call the database. */
  readonly name = "SQLite";
  /** Changes of the schema are part of a transaction. */
  readonly supports = { transactions: true, schemaChanges: "transactional" } as const;
  /** A connection cannot be ended by another process. */
  readonly session = null;
  readonly #database: DatabaseSync;
  readonly #history: string;
  readonly #lease: LeaseRow;
  readonly #hold: TransactionHold;
  /** The renewal made inside the open transaction, which a rollback would take away. */
  #renewedInside: (Lease & { readonly leaseMs: number }) | undefined;

  /** Makes a driver on an open database. */
  constructor({ database, historyTable = "denock_history", leaseTable = "denock_lease" }: SqliteDriverOptions) {
    this.#database = database;
    this.#history = quote(historyTable);
    this.#lease = new LeaseRow(database, quote(leaseTable));
    this.#hold = new TransactionHold(database);
  }

  /** Makes the tables, and turns on the write-ahead log, with which readers do not wait for the writer. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async prepare(): Promise<void> {
    this.#database.exec("PRAGMA journal_mode = WAL");
    this.#database.exec(`CREATE TABLE IF NOT EXISTS ${this.#history} (${COLUMN_DEFINITIONS.join(", ")}) STRICT`);
    this.#database.exec(this.#lease.definition);
  }

  /** Reads entries. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async readHistory({ after = 0, unlessSettled }: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    const first = unlessSettled === undefined ? "0" : `(${firstUnlessSettled(this.#history, "?")})`;
    const select = `SELECT ${
      COLUMN_NAMES.join(", ")
    } FROM ${this.#history} WHERE seq >= ${first} AND seq > ? ORDER BY seq`;
    const parameters = [...unlessSettled === undefined ? [] : [unlessSettled], after];
    return this.#unlessMissing(() => {
      const statement = this.#database.prepare(select) as object as ArrayStatement;
      statement.setReturnArrays(true);
      return statement.all(...parameters).map(fromRow);
    }, []);
  }

  /** Adds an entry. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    try {
      this.#insert(entry);
      return "accepted";
    } catch (error) {
      if (codeOf(error) === SQLITE_CONSTRAINT_PRIMARYKEY) return "taken";
      throw error;
    }
  }

  /** Asks for the lease. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return this.#lease.acquire(request);
  }

  /** Prolongs the lease. Inside an open transaction this becomes part of it; nobody else can write until then anyway. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    const reply = this.#lease.renew(lease);
    if (reply.held && this.#database.isTransaction) this.#renewedInside = lease;
    return reply;
  }

  /** Looks at the lease. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async readLease(): Promise<LeaseStatus | null> {
    return this.#unlessMissing(() => this.#lease.read(), null);
  }

  /** Gives the lease back. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async releaseLease(lease: Lease): Promise<void> {
    this.#lease.release(lease);
  }

  /** Makes one attempt at a transaction. */
  async transaction<Result>(
    work: (transaction: Transaction<SqliteDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    this.#renewedInside = undefined;
    this.#database.exec("BEGIN IMMEDIATE");
    let result: Result;
    try {
      const context = this.context(() => {
        guard();
        this.#checkTransaction();
      });
      const append = (entry: ChangeEntry) => this.#appendInside(entry);
      const fence = (entry: ChangeEntry) => this.#fenceInside(entry);
      result = await this.#hold.during(() => work({ context, append, fence }));
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.#commit();
    return result;
  }

  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): SqliteDriverContext {
    return { db: bindDatabase(this.#database, guard) };
  }

  /** Runs a script. SQLite does not tell the place of an error. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async runScript({ db }: SqliteDriverContext, script: string): Promise<void> {
    db.exec(script);
  }

  /** A database that is locked is worth another try. */
  classify(error: unknown): ErrorClass {
    const code = codeOf(error) & 0xff;
    return code === SQLITE_BUSY || code === SQLITE_LOCKED || isLocked(error) ? "transient" : "permanent";
  }

  /** Leaves nothing behind in the database, which is the caller's, and so is closed by the caller. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#hold.end();
    return Promise.resolve();
  }

  /** Reads from a table that may not have been made yet. */
  #unlessMissing<Result>(read: () => Result, missing: Result): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("no such table:")) return missing;
      throw error;
    }
  }

  #insert(entry: ChangeEntry): void {
    const values = COLUMN_NAMES.map(() => "?").join(", ");
    this.#database.prepare(`INSERT INTO ${this.#history} (${COLUMN_NAMES.join(", ")}) VALUES (${values})`)
      .run(...plainValuesOf(entry));
  }

  async #appendInside(entry: ChangeEntry): Promise<void> {
    this.#checkTransaction();
    if (await this.append(entry) === "taken") throw new PositionTakenError(`Position ${entry.seq} is taken`);
  }

  /** Nobody else can write until the transaction ends, so a look is enough. */
  // deno-lint-ignore require-await -- the client is synchronous, the contract is not
  async #fenceInside({ seq }: ChangeEntry): Promise<void> {
    this.#checkTransaction();
    const taken = this.#database.prepare(`SELECT 1 FROM ${this.#history} WHERE seq = ?`).get(seq) !== undefined;
    if (taken) throw new PositionTakenError(`Position ${seq} is taken`);
  }

  /** Some errors end the transaction; what a change unit that has caught one did next would be outside of it. */
  #checkTransaction(): void {
    if (this.#database.isTransaction) return;
    const message = "SQLite has rolled the transaction back because of an error that the change unit has caught";
    throw new MigrationError("TRANSACTION_ENDED", message);
  }

  #commit(): void {
    try {
      this.#database.exec("COMMIT");
    } catch (error) {
      const isOpen = this.#database.isTransaction;
      this.#rollBack();
      // Still open means not committed; otherwise only a look at the history can tell.
      if (isOpen) throw error;
      throw new CommitUnknownError("SQLite did not confirm the commit", { cause: error });
    }
  }

  /** A renewal goes with the transaction; made again at once, it leaves nobody the time to take the lease. */
  #rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    if (this.#renewedInside !== undefined) this.#lease.renew(this.#renewedInside);
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What `exec` throws carries no code of SQLite, in contrast to what a prepared statement throws. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR" &&
    /^database (table |schema )?is locked/.test(error.message);
}

function codeOf(error: unknown): number {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : 0;
}
