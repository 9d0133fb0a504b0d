import type { PostgresContext } from "@denock/denock/postgres";

export const author = "ann";
export const description = "The first customers, each with an e-mail address of their own";

/** PostgreSQL makes tables in a transaction, so the table and its first rows are one step. */
export async function execution({ sql }: PostgresContext): Promise<void> {
  await sql`
    create table customers (
      id integer primary key,
      name text not null,
      email text not null unique,
      phone text
    )`;
  await sql`insert into customers ${
    sql([
      { id: 1, name: "Grace Hopper", email: "grace@example.org", phone: "+1 555 0101" },
      { id: 2, name: "Ada King Lovelace", email: "ada@example.org", phone: null },
      { id: 3, name: "Plato", email: "plato@example.org", phone: "+30 555 0103" },
    ])
  }`;
}

export async function rollbackExecution({ sql }: PostgresContext): Promise<void> {
  await sql`drop table customers`;
}
