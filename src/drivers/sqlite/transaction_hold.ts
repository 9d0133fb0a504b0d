import type { DatabaseSync } from "node:sqlite";

/** What SQLite calls `BEGIN`, `COMMIT` and `ROLLBACK` when it asks whether they are allowed. */
const SQLITE_TRANSACTION = 22;
const SQLITE_OK = 0;
const SQLITE_DENY = 1;

/** Not in the types of every version of the runtime. */
interface Authorizing {
  setAuthorizer?(callback: ((action: number) => number) | null): void;
}

/**
 * Has SQLite refuse what would end a transaction. It is told of that once: each time it is told, it goes through all statements
 * that were ever prepared and not collected, so that thousands of transactions would take longer and longer.
 */
export class TransactionHold {
  readonly #database: Authorizing;
  #isHolding = false;
  #isAuthorizing = false;

  /** Makes it for a database, and changes nothing yet. */
  constructor(database: DatabaseSync) {
    this.#database = database as Authorizing;
  }

  /** While `work` runs, a statement that would end the transaction is refused before it is executed. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#isAuthorizing) {
      this.#database.setAuthorizer?.((action) =>
        this.#isHolding && action === SQLITE_TRANSACTION ? SQLITE_DENY : SQLITE_OK
      );
      this.#isAuthorizing = true;
    }
    this.#isHolding = true;
    try {
      return await work();
    } finally {
      this.#isHolding = false;
    }
  }

  /** Leaves nothing behind in the database. */
  end(): void {
    if (this.#isAuthorizing) this.#database.setAuthorizer?.(null);
    this.#isAuthorizing = false;
  }
}
