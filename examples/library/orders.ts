import type { SqliteContext } from "@denock/denock/sqlite";

/** The orders of a shop: what the application uses, and its change units as well. */
export class Orders {
  readonly #db: Pick<SqliteContext["db"], "prepare">;

  /** Makes a repository on a database, or on the transaction of a change unit. */
  constructor(db: Pick<SqliteContext["db"], "prepare">) {
    this.#db = db;
  }

  /** Adds an order. */
  add(cents: number): void {
    this.#db.prepare("INSERT INTO orders (cents) VALUES (?)").run(cents);
  }

  /** All prices, in the order in which they came. */
  prices(): number[] {
    return this.#db.prepare("SELECT cents FROM orders ORDER BY id").all().map(({ cents }) => Number(cents));
  }
}
