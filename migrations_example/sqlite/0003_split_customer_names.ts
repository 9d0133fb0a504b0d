import type { SqliteContext } from "@denock/denock/sqlite";

export const author = "ben";
export const description = "First and last name instead of one name";

/** Everything behind the first blank is the last name; without a blank there is none. */
export function execution({ db }: SqliteContext): void {
  db.exec(`
    ALTER TABLE customers ADD COLUMN first_name TEXT NOT NULL DEFAULT '';
    ALTER TABLE customers ADD COLUMN last_name TEXT;
    UPDATE customers SET
      first_name = CASE instr(name, ' ') WHEN 0 THEN name ELSE substr(name, 1, instr(name, ' ') - 1) END,
      last_name = CASE instr(name, ' ') WHEN 0 THEN NULL ELSE substr(name, instr(name, ' ') + 1) END;
    ALTER TABLE customers DROP COLUMN name;
  `);
}

/** Nothing was lost, so every name comes back as it was, also those of customers who came later. */
export function rollbackExecution({ db }: SqliteContext): void {
  db.exec(`
    ALTER TABLE customers ADD COLUMN name TEXT NOT NULL DEFAULT '';
    UPDATE customers SET name = first_name || coalesce(' ' || last_name, '');
    ALTER TABLE customers DROP COLUMN first_name;
    ALTER TABLE customers DROP COLUMN last_name;
  `);
}
