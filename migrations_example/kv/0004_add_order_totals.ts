import type { KvContext } from "@denock/denock/kv";

export const author = "ben";
export const description = "The total of each order, for the list of orders";

/** There may be more orders than one transaction can take. */
export const transactional = false;

interface Order {
  readonly quantity: number;
  readonly priceCents: number;
  readonly totalCents?: number;
}

/** Changes each order for itself, again and again until nobody else has changed it meanwhile; gives how many there were. */
async function changeOrders(kv: Deno.Kv, change: (order: Order) => Order): Promise<number> {
  let changed = 0;
  for await (const { key } of kv.list({ prefix: ["orders"] })) {
    for (let isDone = false; !isDone;) {
      const order = await kv.get<Order>(key);
      isDone = order.value === null ||
        (await kv.atomic().check(order).set(key, change(order.value)).commit()).ok;
    }
    changed++;
  }
  return changed;
}

export async function execution({ kv, log }: KvContext): Promise<void> {
  const changed = await changeOrders(kv, (order) => ({ ...order, totalCents: order.quantity * order.priceCents }));
  log(`${changed} orders have a total`);
}

/** Runs after a failure and after a crash alike, so it cannot take for granted that anything was done. */
export async function rollbackExecution({ kv }: KvContext): Promise<void> {
  await changeOrders(kv, ({ totalCents: _, ...order }) => order);
}
