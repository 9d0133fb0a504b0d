import type { ChangeEntry } from "../../history/change_entry.ts";
import { type ColumnKind, ENTRY_COLUMNS } from "../shared/entry_columns.ts";
import { fromStorable, toStorable } from "./storable_text.ts";

/** How each kind of column is kept. */
const TYPES: Readonly<Record<ColumnKind, string>> = {
  count: "bigint",
  integer: "integer",
  text: "text",
  boolean: "boolean",
  time: "timestamptz",
  json: "jsonb",
};

/** The definition of the columns in SQL. */
export const COLUMN_DEFINITIONS: string = ENTRY_COLUMNS.map(({ column, kind }, index) =>
  `${column} ${TYPES[kind]}${index === 0 ? " primary key" : ""}`
).join(", ");

/** The names of the columns, in the order of {@link toRow}. */
export const COLUMN_NAMES: string = ENTRY_COLUMNS.map(({ column }) => column).join(", ");

/**
 * The values of a row as parameters from `$1` on. All values go to the server and come back as texts, which the types and
 * transformations that a user gives the client do not touch.
 */
export const PARAMETERS: string = ENTRY_COLUMNS.map(({ kind }, index) => `$${index + 1}::text::${TYPES[kind]}`).join(
  ", ",
);

/** How many parameters that are. */
export const PARAMETER_COUNT: number = ENTRY_COLUMNS.length;

/** The columns as texts, for {@link fromRow}. */
export const SELECTED: string = ENTRY_COLUMNS.map(({ column, kind }) =>
  kind === "time"
    ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`
    : `${column}::text as ${column}`
).join(", ");

/** The values of an entry, one for each column. */
export function toRow(entry: ChangeEntry): (string | null)[] {
  return ENTRY_COLUMNS.map(({ field, kind }) => {
    const value = entry[field];
    if (value === null) return null;
    return kind === "json" ? JSON.stringify(toStorable(value)) : String(toStorable(value));
  });
}

/** The entry in a row. */
export function fromRow(row: readonly unknown[]): ChangeEntry {
  const fields = ENTRY_COLUMNS.map(({ field, kind }, index) => [field, read(row[index], kind)]);
  return Object.fromEntries(fields);
}

function read(value: unknown, kind: ColumnKind): unknown {
  if (value === null || value === undefined) return null;
  const text = String(value);
  switch (kind) {
    case "count":
    case "integer":
      return Number(text);
    case "boolean":
      return text === "true";
    case "json":
      return fromStorable(JSON.parse(text));
    case "time":
      return text;
    case "text":
      return fromStorable(text);
  }
}
