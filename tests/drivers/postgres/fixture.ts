import type { Sql } from "postgres";
import { PostgresDriver, type PostgresDriverContext } from "../../../src/drivers/postgres/mod.ts";
import type { Transaction } from "../../../src/driver.ts";
import { type ChangeEntry, type EntryDraft } from "../../../src/history/change_entry.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import type { PostgresDatabase } from "../../postgres_server.ts";

/** The work of a transaction. */
export type Work = (transaction: Transaction<PostgresDriverContext>) => Promise<void>;

/** The guard of a change unit that may use the database. */
export function allow(): void {}

/** A driver whose tables are made. */
export async function prepared(database: PostgresDatabase): Promise<{ sql: Sql; driver: PostgresDriver }> {
  const sql = database.connect();
  const driver = new PostgresDriver({ sql });
  await driver.prepare();
  return { sql, driver };
}

/** An entry at the first position. */
export async function firstEntry(fields: Partial<EntryDraft> = {}): Promise<ChangeEntry> {
  return await makeEntry(START, fields);
}

/** Runs a transaction that adds the first entry at its end, as the core does. */
export async function attempt(driver: PostgresDriver, work: Work): Promise<void> {
  const entry = await firstEntry();
  await driver.transaction(async (transaction) => {
    await work(transaction);
    await transaction.append(entry);
  }, allow);
}

/** The error of something that fails. */
export async function errorOf(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(() => undefined, (error) => error);
  if (error instanceof Error) return error;
  throw new Error("It has not failed");
}
