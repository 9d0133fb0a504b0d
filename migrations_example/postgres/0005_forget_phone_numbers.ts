import type { PostgresContext } from "@denock/denock/postgres";

export const author = "ann";
export const description = "Telephone numbers are not needed, so they are not kept";
export const irreversible = "the telephone numbers are deleted for good";

export async function execution({ sql }: PostgresContext): Promise<void> {
  await sql`alter table customers drop column phone`;
}
