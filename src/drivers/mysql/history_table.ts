import type { HistoryRange } from "../../driver.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { firstUnlessSettled, plainValuesOf } from "../shared/entry_columns.ts";
import { isKeyTaken, isTableMissing } from "./classify_error.ts";
import { COLUMN_DEFINITIONS, COLUMN_NAMES, COLUMN_VALUES, fromRow } from "./entry_rows.ts";
import type { ReservedConnection } from "./reserved_connection.ts";

/** A history of many thousand entries takes its time. In milliseconds. */
const READ_TIMEOUT_MS = 60_000;

/** The table of the history; each method is told on which connection to work. */
export class HistoryTable {
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  /** Makes the table. */
  async prepare(connection: ReservedConnection): Promise<void> {
    const table = await connection.nameOf(this.#table);
    await connection.run(`CREATE TABLE IF NOT EXISTS ${table} (${COLUMN_DEFINITIONS}) ENGINE = InnoDB`);
  }

  /** Reads entries; none where there is no table. */
  async read(
    connection: ReservedConnection,
    { after = 0, unlessSettled }: HistoryRange,
  ): Promise<readonly ChangeEntry[]> {
    const table = await connection.nameOf(this.#table);
    const first = unlessSettled === undefined ? "0" : `(${firstUnlessSettled(table, "?")})`;
    const select = `SELECT ${COLUMN_NAMES} FROM ${table} WHERE seq >= ${first} AND seq > ? ORDER BY seq`;
    const parameters = [...unlessSettled === undefined ? [] : [unlessSettled], after];
    try {
      return (await connection.rows(select, parameters, READ_TIMEOUT_MS)).map(fromRow);
    } catch (error) {
      if (isTableMissing(error)) return [];
      throw error;
    }
  }

  /** Adds an entry. An insert sees what others have committed, also where reads still see an older state. */
  async insert(connection: ReservedConnection, entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const table = await connection.nameOf(this.#table);
    try {
      await connection.run(`INSERT INTO ${table} (${COLUMN_NAMES}) VALUES (${COLUMN_VALUES})`, plainValuesOf(entry));
      return "accepted";
    } catch (error) {
      if (isKeyTaken(error)) return "taken";
      throw error;
    }
  }

  /** Removes an entry that was added in the same transaction: its position stays locked until the end of that. */
  async remove(connection: ReservedConnection, { seq }: ChangeEntry): Promise<void> {
    await connection.run(`DELETE FROM ${await connection.nameOf(this.#table)} WHERE seq = ?`, [seq]);
  }
}
