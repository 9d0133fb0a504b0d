import type { MysqlContext } from "@denock/denock/mysql";

export const author = "ben";
export const description = "First and last name instead of one name";

/** Changes of the schema and of data together can have no transaction; a failure is undone by `rollbackExecution`. */
export const transactional = false;

/** Everything behind the first blank is the last name; without a blank there is none. */
export async function execution({ db }: MysqlContext): Promise<void> {
  await db.query("ALTER TABLE customers ADD COLUMN first_name VARCHAR(200), ADD COLUMN last_name VARCHAR(200)");
  await db.query(`
    UPDATE customers SET
      first_name = SUBSTRING_INDEX(name, ' ', 1),
      last_name = IF(LOCATE(' ', name) = 0, NULL, SUBSTRING(name, LOCATE(' ', name) + 1))`);
  await db.query("ALTER TABLE customers MODIFY first_name VARCHAR(200) NOT NULL, DROP COLUMN name");
}

/**
 * Nothing was lost, so every name comes back as it was, also those of customers who came later. After a failure it looks how far
 * the execution came, or an earlier rollback.
 */
export async function rollbackExecution({ db }: MysqlContext): Promise<void> {
  const [columns] = await db.query("SHOW COLUMNS FROM customers");
  const find = (name: string) => columns.find(({ Field }) => Field === name);
  if (find("first_name") === undefined) return;
  const name = find("name");
  if (name === undefined) await db.query("ALTER TABLE customers ADD COLUMN name VARCHAR(200) AFTER id");
  if (name === undefined || name.Null === "YES") {
    await db.query("UPDATE customers SET name = CONCAT_WS(' ', first_name, last_name)");
    await db.query("ALTER TABLE customers MODIFY name VARCHAR(200) NOT NULL");
  }
  await db.query("ALTER TABLE customers DROP COLUMN first_name, DROP COLUMN last_name");
}
