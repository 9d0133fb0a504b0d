import type { SqliteContext } from "@denock/denock/sqlite";

export const author = "ben";
export const description = "The total of each order, for the list of orders";

/** In one transaction, a large table would keep all other writers waiting until its last row is done. */
export const transactional = false;

const BATCH_SIZE = 500;

export async function execution({ db, log }: SqliteContext): Promise<void> {
  db.exec("ALTER TABLE orders ADD COLUMN total_cents INTEGER");
  const fillBatch = db.prepare(`
    UPDATE orders SET total_cents = quantity * price_cents
    WHERE id IN (SELECT id FROM orders WHERE total_cents IS NULL LIMIT ?)`);
  for (let filled = 0;;) {
    const { changes } = fillBatch.run(BATCH_SIZE);
    if (changes === 0) break;
    filled += Number(changes);
    log(`${filled} orders have a total`);
    // The client is synchronous: without a pause the lock is not renewed, and nobody else gets a turn.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Runs after a failure and after a crash alike, so it cannot take for granted that anything was done. */
export function rollbackExecution({ db }: SqliteContext): void {
  const column = db.prepare("SELECT name FROM pragma_table_info('orders') WHERE name = 'total_cents'").get();
  if (column !== undefined) db.exec("ALTER TABLE orders DROP COLUMN total_cents");
}
