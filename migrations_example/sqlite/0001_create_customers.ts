import type { SqliteContext } from "@denock/denock/sqlite";

export const author = "ann";
export const description = "The first customers, each with an e-mail address of their own";

/** SQLite makes tables in a transaction, so the table and its first rows are one step. */
export function execution({ db }: SqliteContext): void {
  db.exec(`
    CREATE TABLE customers (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      email TEXT NOT NULL,
      phone TEXT
    ) STRICT;
    CREATE UNIQUE INDEX customers_by_email ON customers (email);
  `);
  const insert = db.prepare("INSERT INTO customers (id, name, email, phone) VALUES (?, ?, ?, ?)");
  insert.run(1, "Grace Hopper", "grace@example.org", "+1 555 0101");
  insert.run(2, "Ada King Lovelace", "ada@example.org", null);
  insert.run(3, "Plato", "plato@example.org", "+30 555 0103");
}

export function rollbackExecution({ db }: SqliteContext): void {
  db.exec("DROP TABLE customers");
}
