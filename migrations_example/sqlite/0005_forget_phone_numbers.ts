import type { SqliteContext } from "@denock/denock/sqlite";

export const author = "ann";
export const description = "Telephone numbers are not needed, so they are not kept";
export const irreversible = "the telephone numbers are deleted for good";

export function execution({ db }: SqliteContext): void {
  db.exec("ALTER TABLE customers DROP COLUMN phone");
}
