import type { MysqlContext } from "@denock/denock/mysql";

export const author = "ann";
export const description = "The first customers, each with an e-mail address of their own";

/** Only data changes in the execution, so it can have a transaction: all rows are there in the end, or none. */
export const transactional = true;

/** MySQL commits each change of the schema by itself; the before step runs outside of the transaction. */
export async function beforeExecution({ db }: MysqlContext): Promise<void> {
  await db.query(`
    CREATE TABLE customers (
      id INT PRIMARY KEY,
      name VARCHAR(200) NOT NULL,
      email VARCHAR(200) NOT NULL,
      phone VARCHAR(50),
      UNIQUE INDEX customers_by_email (email)
    )`);
}

/** A table with something in it stays: it was there before. */
export async function rollbackBeforeExecution({ db }: MysqlContext): Promise<void> {
  const [customers] = await db.query("SELECT id FROM customers LIMIT 1");
  if (customers.length === 0) await db.query("DROP TABLE customers");
}

export async function execution({ db }: MysqlContext): Promise<void> {
  await db.query("INSERT INTO customers (id, name, email, phone) VALUES ?", [[
    [1, "Grace Hopper", "grace@example.org", "+1 555 0101"],
    [2, "Ada King Lovelace", "ada@example.org", null],
    [3, "Plato", "plato@example.org", "+30 555 0103"],
  ]]);
}

export async function rollbackExecution({ db }: MysqlContext): Promise<void> {
  await db.query("DELETE FROM customers WHERE id IN (1, 2, 3)");
}
