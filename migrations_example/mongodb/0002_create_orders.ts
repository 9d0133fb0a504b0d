import { defineChangeUnit } from "@denock/denock";
import type { MongoContext } from "@denock/denock/mongodb";

interface Order {
  readonly _id: number;
  readonly customerId: number;
  readonly orderedOn: string;
  readonly items: readonly { readonly article: string; readonly quantity: number; readonly priceCents: number }[];
}

const firstOrders: readonly Order[] = [
  { _id: 1, customerId: 1, orderedOn: "2026-01-12", items: [{ article: "Teapot", quantity: 1, priceCents: 3490 }] },
  { _id: 2, customerId: 2, orderedOn: "2026-01-15", items: [{ article: "Cup", quantity: 6, priceCents: 450 }] },
  {
    _id: 3,
    customerId: 1,
    orderedOn: "2026-02-03",
    items: [{ article: "Saucer", quantity: 6, priceCents: 300 }, { article: "Spoon", quantity: 6, priceCents: 125 }],
  },
];

/** The same as named exports, as one object: the methods need no types of their own. */
export default defineChangeUnit<MongoContext>({
  author: "ann",
  description: "The first orders, found fast by customer and date",

  async beforeExecution({ db }) {
    await db.createCollection("orders");
    await db.collection("orders").createIndex({ customerId: 1, orderedOn: 1 });
  },

  async rollbackBeforeExecution({ db }) {
    if (await db.collection("orders").countDocuments() === 0) await db.dropCollection("orders");
  },

  async execution({ db }) {
    await db.collection<Order>("orders").insertMany([...firstOrders]);
  },

  async rollbackExecution({ db }) {
    await db.collection<Order>("orders").deleteMany({ _id: { $in: firstOrders.map(({ _id }) => _id) } });
  },
});
