import type { MysqlContext } from "@denock/denock/mysql";

export const author = "ann";
export const description = "Telephone numbers are not needed, so they are not kept";
export const irreversible = "the telephone numbers are deleted for good";

export async function execution({ db }: MysqlContext): Promise<void> {
  await db.query("ALTER TABLE customers DROP COLUMN phone");
}
