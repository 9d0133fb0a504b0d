import type { ChangeEntry } from "../../history/change_entry.ts";
import { fromStorable, toStorable } from "./storable_text.ts";

/** How a field of an entry is kept in its column. */
type ColumnType = "bigint" | "integer" | "text" | "boolean" | "timestamptz" | "jsonb";

/** The columns of the history, each a field of an entry; the first is the primary key. */
const COLUMNS: readonly { readonly field: keyof ChangeEntry; readonly column: string; readonly type: ColumnType }[] = [
  { field: "seq", column: "seq", type: "bigint" },
  { field: "format", column: "format", type: "integer" },
  { field: "executionId", column: "execution_id", type: "text" },
  { field: "operation", column: "operation", type: "text" },
  { field: "type", column: "type", type: "text" },
  { field: "state", column: "state", type: "text" },
  { field: "changeId", column: "change_id", type: "text" },
  { field: "author", column: "author", type: "text" },
  { field: "order", column: "change_order", type: "text" },
  { field: "file", column: "file", type: "text" },
  { field: "checksum", column: "checksum", type: "text" },
  { field: "systemVersion", column: "system_version", type: "text" },
  { field: "runAlways", column: "run_always", type: "boolean" },
  { field: "timestamp", column: "timestamp", type: "timestamptz" },
  { field: "executionMillis", column: "execution_millis", type: "bigint" },
  { field: "attempts", column: "attempts", type: "integer" },
  { field: "executionHostname", column: "execution_hostname", type: "text" },
  { field: "session", column: "session", type: "text" },
  { field: "comment", column: "comment", type: "jsonb" },
  { field: "metadata", column: "metadata", type: "jsonb" },
  { field: "error", column: "error", type: "jsonb" },
  { field: "previous", column: "previous", type: "text" },
  { field: "digest", column: "digest", type: "text" },
];

/** The definition of the columns in SQL. */
export const COLUMN_DEFINITIONS: string = COLUMNS.map(({ column, type }, index) =>
  `${column} ${type}${index === 0 ? " primary key" : ""}`
).join(", ");

/** The names of the columns, in the order of {@link toRow}. */
export const COLUMN_NAMES: string = COLUMNS.map(({ column }) => column).join(", ");

/**
 * The values of a row as parameters from `$1` on. All values go to the server and come back as texts, which the types and
 * transformations that a user gives the client do not touch.
 */
export const PARAMETERS: string = COLUMNS.map(({ type }, index) => `$${index + 1}::text::${type}`).join(", ");

/** How many parameters that are. */
export const PARAMETER_COUNT: number = COLUMNS.length;

/** The columns as texts, for {@link fromRow}. */
export const SELECTED: string = COLUMNS.map(({ column, type }) =>
  type === "timestamptz"
    ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`
    : `${column}::text as ${column}`
).join(", ");

/** The values of an entry, one for each column. */
export function toRow(entry: ChangeEntry): (string | null)[] {
  return COLUMNS.map(({ field, type }) => {
    const value = entry[field];
    if (value === null) return null;
    return type === "jsonb" ? JSON.stringify(toStorable(value)) : String(toStorable(value));
  });
}

/** The entry in a row. */
export function fromRow(row: readonly unknown[]): ChangeEntry {
  const fields = COLUMNS.map(({ field, type }, index) => [field, read(row[index], type)]);
  return Object.fromEntries(fields);
}

function read(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  const text = String(value);
  switch (type) {
    case "bigint":
    case "integer":
      return Number(text);
    case "boolean":
      return text === "true";
    case "jsonb":
      return fromStorable(JSON.parse(text));
    case "timestamptz":
      return text;
    case "text":
      return fromStorable(text);
  }
}
