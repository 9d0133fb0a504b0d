import { defineChangeUnit } from "@denock/denock";
import type { SqliteContext } from "@denock/denock/sqlite";

/** The same as named exports, as one object: the methods need no types of their own. */
export default defineChangeUnit<SqliteContext>({
  author: "ann",
  description: "The first orders, found fast by customer and date",

  execution({ db }) {
    db.exec(`
      CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        customer_id INTEGER NOT NULL REFERENCES customers (id),
        ordered_on TEXT NOT NULL,
        article TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        price_cents INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX orders_by_customer ON orders (customer_id, ordered_on);
    `);
    const insert = db.prepare("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)");
    insert.run(1, 1, "2026-01-12", "Teapot", 1, 3490);
    insert.run(2, 2, "2026-01-15", "Cup", 6, 450);
    insert.run(3, 1, "2026-02-03", "Saucer", 6, 300);
  },

  rollbackExecution({ db }) {
    db.exec("DROP TABLE orders");
  },
});
