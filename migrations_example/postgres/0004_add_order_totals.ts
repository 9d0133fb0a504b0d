import type { PostgresContext } from "@denock/denock/postgres";

export const author = "ben";
export const description = "The total of each order, for the list of orders";

/** An index that is built without keeping writers waiting cannot be part of a transaction. */
export const transactional = false;

const BATCH_SIZE = 500;

export async function execution({ sql, log }: PostgresContext): Promise<void> {
  await sql`alter table orders add column total_cents integer`;
  for (let filled = 0;;) {
    const { count } = await sql`
      update orders set total_cents = quantity * price_cents
      where id in (select id from orders where total_cents is null limit ${BATCH_SIZE})`;
    if (count === 0) break;
    filled += count;
    log(`${filled} orders have a total`);
  }
  await sql`create index concurrently orders_by_total on orders (total_cents)`;
}

/** Runs after a failure and after a crash alike, so it cannot take for granted that anything was done. */
export async function rollbackExecution({ sql }: PostgresContext): Promise<void> {
  await sql`drop index concurrently if exists orders_by_total`;
  await sql`alter table orders drop column if exists total_cents`;
}
