import type { SQLOutputValue } from "node:sqlite";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { ENTRY_COLUMNS, isNumeric } from "../shared/entry_columns.ts";

/** The names of the columns. */
export const COLUMN_NAMES: readonly string[] = ENTRY_COLUMNS.map(({ column }) => column);

/** The definition of the columns in SQL. */
export const COLUMN_DEFINITIONS: readonly string[] = ENTRY_COLUMNS.map(({ column, kind }, index) =>
  index === 0 ? `${column} INTEGER PRIMARY KEY` : `${column} ${isNumeric(kind) ? "INTEGER" : "TEXT"}`
);

/** The entry in a row, whose values are in the order of {@link COLUMN_NAMES}: with thousands of rows, names would cost more. */
export function fromRow(row: readonly SQLOutputValue[]): ChangeEntry {
  const entry: Partial<Record<keyof ChangeEntry, unknown>> = {};
  let index = 0;
  for (const { field, kind } of ENTRY_COLUMNS) {
    const value = row[index++] ?? null;
    if (value === null || (kind !== "boolean" && kind !== "json")) entry[field] = value;
    else entry[field] = kind === "boolean" ? value === 1 : JSON.parse(String(value));
  }
  // The columns are the fields of an entry, each with its type.
  return entry as ChangeEntry;
}
