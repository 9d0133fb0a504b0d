import type { MysqlContext } from "@denock/denock/mysql";

export const author = "ben";
export const description = "The total of each order, for the list of orders";

/** In one transaction, a large table would keep other writers waiting until its last row is done. */
export const transactional = false;

const BATCH_SIZE = 500;

export async function execution({ db, log }: MysqlContext): Promise<void> {
  await db.query("ALTER TABLE orders ADD COLUMN total_cents INT");
  for (let filled = 0;;) {
    const [{ affectedRows }] = await db.query<{ affectedRows: number }>(
      "UPDATE orders SET total_cents = quantity * price_cents WHERE total_cents IS NULL LIMIT ?",
      [BATCH_SIZE],
    );
    if (affectedRows === 0) break;
    filled += affectedRows;
    log(`${filled} orders have a total`);
  }
}

/** Runs after a failure and after a crash alike, so it cannot take for granted that anything was done. */
export async function rollbackExecution({ db }: MysqlContext): Promise<void> {
  const [columns] = await db.query("SHOW COLUMNS FROM orders LIKE 'total_cents'");
  if (columns.length > 0) await db.query("ALTER TABLE orders DROP COLUMN total_cents");
}
