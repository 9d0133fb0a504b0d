import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { ChangeEntry } from "../../history/change_entry.ts";

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

/** The names of the columns, in the order of {@link toRow}. */
export const COLUMN_NAMES: readonly string[] = COLUMNS.map(({ column }) => column);

/** The definition of the columns in SQL. */
export const COLUMN_DEFINITIONS: readonly string[] = COLUMNS.map(({ column, kind }, index) =>
  index === 0
    ? `${column} INTEGER PRIMARY KEY`
    : `${column} ${kind === "integer" || kind === "boolean" ? "INTEGER" : "TEXT"}`
);

/** The values of an entry, one for each column. */
export function toRow(entry: ChangeEntry): SQLInputValue[] {
  return COLUMNS.map(({ field, kind }): SQLInputValue => {
    const value = entry[field];
    if (value === null) return null;
    if (kind === "boolean") return value ? 1 : 0;
    return kind === "json" ? JSON.stringify(value) : value as string | number;
  });
}

/** The entry in a row, whose values are in the order of {@link COLUMN_NAMES}: with thousands of rows, names would cost more. */
export function fromRow(row: readonly SQLOutputValue[]): ChangeEntry {
  const entry: Partial<Record<keyof ChangeEntry, unknown>> = {};
  let index = 0;
  for (const { field, kind } of COLUMNS) {
    const value = row[index++] ?? null;
    if (value === null || kind === "text" || kind === "integer") entry[field] = value;
    else entry[field] = kind === "boolean" ? value === 1 : JSON.parse(String(value));
  }
  // The columns are the fields of an entry, each with its type.
  return entry as ChangeEntry;
}
