import type { PostgresContext } from "@denock/denock/postgres";

export const author = "ben";
export const description = "First and last name instead of one name";

/** Everything behind the first blank is the last name; without a blank there is none. */
export async function execution({ sql }: PostgresContext): Promise<void> {
  await sql`alter table customers add column first_name text not null default '', add column last_name text`;
  await sql`
    update customers set
      first_name = split_part(name, ' ', 1),
      last_name = case when strpos(name, ' ') > 0 then substr(name, strpos(name, ' ') + 1) end`;
  await sql`alter table customers drop column name`;
}

/** Nothing was lost, so every name comes back as it was, also those of customers who came later. */
export async function rollbackExecution({ sql }: PostgresContext): Promise<void> {
  await sql`alter table customers add column name text not null default ''`;
  await sql`update customers set name = first_name || coalesce(' ' || last_name, '')`;
  await sql`alter table customers drop column first_name, drop column last_name`;
}
