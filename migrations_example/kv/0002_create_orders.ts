import { defineChangeUnit } from "@denock/denock";
import type { KvContext } from "@denock/denock/kv";

const firstOrders = [
  { id: 1, customerId: 1, orderedOn: "2026-01-12", article: "Teapot", quantity: 1, priceCents: 3490 },
  { id: 2, customerId: 2, orderedOn: "2026-01-15", article: "Cup", quantity: 6, priceCents: 450 },
  { id: 3, customerId: 1, orderedOn: "2026-02-03", article: "Saucer", quantity: 6, priceCents: 300 },
];

/** The same as named exports, as one object: the methods need no types of their own. */
export default defineChangeUnit<KvContext>({
  author: "ann",
  description: "The first orders, found by customer and date",

  execution({ atomic }) {
    for (const { id, ...order } of firstOrders) {
      atomic.set(["orders", id], order).set(["orders_by_customer", order.customerId, order.orderedOn, id], id);
    }
  },

  rollbackExecution({ atomic }) {
    for (const { id, customerId, orderedOn } of firstOrders) {
      atomic.delete(["orders", id]).delete(["orders_by_customer", customerId, orderedOn, id]);
    }
  },
});
