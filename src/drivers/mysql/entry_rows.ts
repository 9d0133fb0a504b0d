import type { ChangeEntry } from "../../history/change_entry.ts";
import type { MysqlRow } from "./mysql_pool.ts";

/** How a field of an entry is kept in its column. */
type ColumnKind = "integer" | "text" | "boolean" | "json";

/** The columns of the history, each a field of an entry; the first is the primary key. */
const COLUMNS: readonly { readonly field: keyof ChangeEntry; readonly column: string; readonly kind: ColumnKind }[] = [
  { field: "seq", column: "seq", kind: "integer" },
  { field: "format", column: "format", kind: "integer" },
  { field: "executionId", column: "execution_id", kind: "text" },
  { field: "operation", column: "operation", kind: "text" },
  { field: "type", column: "type", kind: "text" },
  { field: "state", column: "state", kind: "text" },
  { field: "changeId", column: "change_id", kind: "text" },
  { field: "author", column: "author", kind: "text" },
  { field: "order", column: "change_order", kind: "text" },
  { field: "file", column: "file", kind: "text" },
  { field: "checksum", column: "checksum", kind: "text" },
  { field: "systemVersion", column: "system_version", kind: "text" },
  { field: "runAlways", column: "run_always", kind: "boolean" },
  { field: "timestamp", column: "timestamp", kind: "text" },
  { field: "executionMillis", column: "execution_millis", kind: "integer" },
  { field: "attempts", column: "attempts", kind: "integer" },
  { field: "executionHostname", column: "execution_hostname", kind: "text" },
  { field: "session", column: "session", kind: "text" },
  { field: "comment", column: "comment", kind: "json" },
  { field: "metadata", column: "metadata", kind: "json" },
  { field: "error", column: "error", kind: "json" },
  { field: "previous", column: "previous", kind: "text" },
  { field: "digest", column: "digest", kind: "text" },
];

/** Quoted, because some are words of SQL. */
const NAMES = COLUMNS.map(({ column }) => `\`${column}\``);

/** The names of the columns for a statement, in the order of {@link toRow}. */
export const COLUMN_NAMES: string = NAMES.join(", ");

/** A placeholder for each column. */
export const COLUMN_VALUES: string = COLUMNS.map(() => "?").join(", ");

/** The definition of the columns in SQL. Texts keep every character, and none is equal to another. */
export const COLUMN_DEFINITIONS: string = COLUMNS.map(({ kind }, index) => {
  if (index === 0) return `${NAMES[index]} BIGINT NOT NULL PRIMARY KEY`;
  const isNumber = kind === "integer" || kind === "boolean";
  return `${NAMES[index]} ${isNumber ? "BIGINT" : "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"}`;
}).join(", ");

/** The values of an entry, one for each column. */
export function toRow(entry: ChangeEntry): unknown[] {
  return COLUMNS.map(({ field, kind }) => {
    const value = entry[field];
    if (value === null) return null;
    if (kind === "boolean") return value ? 1 : 0;
    return kind === "json" ? JSON.stringify(value) : value;
  });
}

/** The entry in a row. */
export function fromRow(row: MysqlRow): ChangeEntry {
  const fields = COLUMNS.map(({ field, column, kind }) => {
    const value = row[column] ?? null;
    if (value === null) return [field, null];
    if (kind === "boolean") return [field, Number(value) === 1];
    if (kind === "integer") return [field, Number(value)];
    return [field, kind === "json" ? JSON.parse(String(value)) : String(value)];
  });
  return Object.fromEntries(fields);
}
