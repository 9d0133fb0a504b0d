import { defineChangeUnit } from "@denock/denock";
import type { PostgresContext } from "@denock/denock/postgres";

/** The same as named exports, as one object: the methods need no types of their own. */
export default defineChangeUnit<PostgresContext>({
  author: "ann",
  description: "The first orders, found fast by customer and date",

  async execution({ sql }) {
    await sql`
      create table orders (
        id integer primary key,
        customer_id integer not null references customers (id),
        ordered_on date not null,
        article text not null,
        quantity integer not null,
        price_cents integer not null
      )`;
    await sql`create index orders_by_customer on orders (customer_id, ordered_on)`;
    await sql`
      insert into orders values
        (1, 1, '2026-01-12', 'Teapot', 1, 3490),
        (2, 2, '2026-01-15', 'Cup', 6, 450),
        (3, 1, '2026-02-03', 'Saucer', 6, 300)`;
  },

  async rollbackExecution({ sql }) {
    await sql`drop table orders`;
  },
});
