import { MigrationError } from "../../errors.ts";
import { NoAnswerError } from "../shared/answer_within.ts";
import { endsConnection, isSavepointMissing } from "./classify_error.ts";
import type { MysqlConnection } from "./mysql_pool.ts";
import type { ReservedConnection, StatementStatus } from "./reserved_connection.ts";

/** The flag of an open transaction in the status that comes with a result. */
const IN_TRANSACTION = 1;

/** A name that no change unit gives its own savepoints. */
const SAVEPOINT = "denock_transaction";

/**
 * Knows whether the transaction that was begun is still the one that is open. An implicit commit, a commit inside a procedure
 * and a dead lock end it, and some begin another in its place; a savepoint of the first is gone in each case. A connection that
 * was lost is opened again, but its transaction is not.
 */
export class OpenTransaction {
  readonly #reserved: ReservedConnection;
  readonly #connection: MysqlConnection;
  #isMarked = false;
  #ended: { readonly cause: unknown } | undefined;

  private constructor(reserved: ReservedConnection, connection: MysqlConnection) {
    this.#reserved = reserved;
    this.#connection = connection;
  }

  /** Begins a transaction. */
  static async begin(reserved: ReservedConnection): Promise<OpenTransaction> {
    await reserved.run("START TRANSACTION");
    return new OpenTransaction(reserved, await reserved.connection());
  }

  /** Whether the connection is still that in which it was begun. */
  get hasConnection(): boolean {
    return this.#reserved.isOpenAs(this.#connection);
  }

  /** To be called before a statement of a change unit. */
  async mark(): Promise<void> {
    this.#check();
    if (this.#isMarked) return;
    await this.#reserved.run(`SAVEPOINT ${SAVEPOINT}`);
    this.#isMarked = true;
  }

  /** To be called with the result of such a statement: where it has a status, no further request is needed. */
  noteResult(result: unknown): void {
    if (![result].flat().filter(isStatus).every(isInTransaction)) this.#end(undefined);
  }

  /** To be called with the error of such a statement: a dead lock has ended the transaction, most errors have not. */
  async noteError(error: unknown): Promise<void> {
    if (endsConnection(error)) {
      this.#end(error);
      await this.#reserved.discard();
    } else if (!isInTransaction(await this.#reserved.run("DO 0"))) {
      this.#end(error);
    }
  }

  /**
   * To be called before an entry is added and before the commit.
   *
   * @throws {MigrationError} with code `TRANSACTION_ENDED` when the transaction is not that which was begun.
   */
  async verify(): Promise<void> {
    this.#check();
    if (!this.#isMarked) return;
    try {
      await this.#reserved.run(`RELEASE SAVEPOINT ${SAVEPOINT}`);
    } catch (error) {
      if (!isSavepointMissing(error)) throw error;
      this.#end(undefined);
    }
    this.#check();
    this.#isMarked = false;
  }

  #end(cause: unknown): void {
    this.#ended ??= { cause };
  }

  #check(): void {
    if (!this.hasConnection) this.#end(new NoAnswerError("The connection was lost"));
    if (this.#ended === undefined) return;
    const { cause } = this.#ended;
    const message = cause === undefined
      ? "A statement of the change unit has ended its transaction, perhaps inside a procedure: what was done until then may " +
        "have been committed. Leave `transactional: true` away, or take that statement out"
      : "The server has rolled the transaction back because of an error that the change unit has caught: let it through";
    throw new MigrationError("TRANSACTION_ENDED", message, { cause });
  }
}

/** Whether a transaction was open when this status was given. */
export function isInTransaction({ serverStatus }: StatementStatus): boolean {
  return (serverStatus & IN_TRANSACTION) !== 0;
}

function isStatus(value: unknown): value is StatementStatus {
  return typeof value === "object" && value !== null && "serverStatus" in value && "affectedRows" in value;
}
