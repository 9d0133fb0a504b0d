import { defineChangeUnit } from "@denock/denock";
import type { MysqlContext } from "@denock/denock/mysql";

/** The same as named exports, as one object: the methods need no types of their own. */
export default defineChangeUnit<MysqlContext>({
  author: "ann",
  description: "The first orders, found fast by customer and date",
  transactional: true,

  async beforeExecution({ db }) {
    await db.query(`
      CREATE TABLE orders (
        id INT PRIMARY KEY,
        customer_id INT NOT NULL,
        ordered_on DATE NOT NULL,
        article VARCHAR(200) NOT NULL,
        quantity INT NOT NULL,
        price_cents INT NOT NULL,
        FOREIGN KEY (customer_id) REFERENCES customers (id),
        INDEX orders_by_customer (customer_id, ordered_on)
      )`);
  },

  async rollbackBeforeExecution({ db }) {
    const [orders] = await db.query("SELECT id FROM orders LIMIT 1");
    if (orders.length === 0) await db.query("DROP TABLE orders");
  },

  async execution({ db }) {
    await db.query("INSERT INTO orders (id, customer_id, ordered_on, article, quantity, price_cents) VALUES ?", [[
      [1, 1, "2026-01-12", "Teapot", 1, 3490],
      [2, 2, "2026-01-15", "Cup", 6, 450],
      [3, 1, "2026-02-03", "Saucer", 6, 300],
    ]]);
  },

  async rollbackExecution({ db }) {
    await db.query("DELETE FROM orders WHERE id IN (1, 2, 3)");
  },
});
