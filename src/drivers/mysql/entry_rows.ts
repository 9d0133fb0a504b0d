import type { ChangeEntry } from "../../history/change_entry.ts";
import { ENTRY_COLUMNS, isNumeric } from "../shared/entry_columns.ts";
import type { MysqlRow } from "./mysql_pool.ts";

/** Quoted, because some are words of SQL. */
const NAMES = ENTRY_COLUMNS.map(({ column }) => `\`${column}\``);

/** The names of the columns for a statement, in the order of `plainValuesOf`. */
export const COLUMN_NAMES: string = NAMES.join(", ");

/** A placeholder for each column. */
export const COLUMN_VALUES: string = ENTRY_COLUMNS.map(() => "?").join(", ");

/** The definition of the columns in SQL. Texts keep every character, and none is equal to another. */
export const COLUMN_DEFINITIONS: string = ENTRY_COLUMNS.map(({ kind }, index) => {
  if (index === 0) return `${NAMES[index]} BIGINT NOT NULL PRIMARY KEY`;
  return `${NAMES[index]} ${isNumeric(kind) ? "BIGINT" : "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"}`;
}).join(", ");

/** The entry in a row. */
export function fromRow(row: MysqlRow): ChangeEntry {
  const fields = ENTRY_COLUMNS.map(({ field, column, kind }) => {
    const value = row[column] ?? null;
    if (value === null) return [field, null];
    if (kind === "boolean") return [field, Number(value) === 1];
    if (isNumeric(kind)) return [field, Number(value)];
    return [field, kind === "json" ? JSON.parse(String(value)) : String(value)];
  });
  return Object.fromEntries(fields);
}
