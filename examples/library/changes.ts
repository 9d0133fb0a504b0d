import { defineChangeUnit } from "@denock/denock";
import type { SqliteContext } from "@denock/denock/sqlite";
import type { Orders } from "./orders.ts";

/** What the application gives its change units beside the database. */
interface Given {
  readonly orders: Orders;
  readonly tax: { readonly percent: number };
}

const createOrders = defineChangeUnit<SqliteContext>({
  execution({ db }) {
    db.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL) STRICT");
  },
  rollbackExecution({ db }) {
    db.exec("DROP TABLE orders");
  },
});

const addFirstOrders = defineChangeUnit<SqliteContext & Given>({
  execution({ orders, tax, log }) {
    for (const net of [1_000, 2_500]) orders.add(Math.round(net * (1 + tax.percent / 100)));
    log(`${orders.prices().length} orders`);
  },
  rollbackExecution({ db }) {
    db.exec("DELETE FROM orders WHERE id IN (1, 2)");
  },
});

/** The change units of the shop, as a list in memory. */
export const changes = [
  { ...createOrders, order: "0001", id: "create_orders" },
  { ...addFirstOrders, order: "0002", id: "add_first_orders" },
];
