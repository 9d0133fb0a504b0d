import type { ChangeEntry } from "../../history/change_entry.ts";

/** What a column of the history holds: a `count` may be larger than an `integer`, a `time` is a text in ISO 8601. */
export type ColumnKind = "count" | "integer" | "text" | "boolean" | "time" | "json";

/** A column of the history. */
export interface EntryColumn {
  /** The field of an entry that it holds. */
  readonly field: keyof ChangeEntry;
  /** What it is called. */
  readonly column: string;
  /** What it holds. */
  readonly kind: ColumnKind;
}

/** The columns of the history in databases with SQL, each a field of an entry; the first is the primary key. */
export const ENTRY_COLUMNS: readonly EntryColumn[] = [
  { field: "seq", column: "seq", kind: "count" },
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
  { field: "timestamp", column: "timestamp", kind: "time" },
  { field: "executionMillis", column: "execution_millis", kind: "count" },
  { field: "attempts", column: "attempts", kind: "integer" },
  { field: "executionHostname", column: "execution_hostname", kind: "text" },
  { field: "session", column: "session", kind: "text" },
  { field: "comment", column: "comment", kind: "json" },
  { field: "metadata", column: "metadata", kind: "json" },
  { field: "error", column: "error", kind: "json" },
  { field: "settled", column: "settled", kind: "text" },
  { field: "previous", column: "previous", kind: "text" },
  { field: "digest", column: "digest", kind: "text" },
];

/** Selects from which position on a history is read: that of the newest entry where its `settled` is the parameter, else 0. */
export function firstUnlessSettled(table: string, parameter: string): string {
  return `SELECT CASE WHEN settled = ${parameter} THEN seq ELSE 0 END FROM ${table} ORDER BY seq DESC LIMIT 1`;
}

/** The values of an entry, one for each column, where texts and numbers are all that there is. */
export function plainValuesOf(entry: ChangeEntry): (string | number | null)[] {
  return ENTRY_COLUMNS.map(({ field, kind }) => {
    const value = entry[field];
    if (value === null) return null;
    if (kind === "boolean") return value ? 1 : 0;
    return kind === "json" ? JSON.stringify(value) : value as string | number;
  });
}

/** Whether a column holds numbers, where texts and numbers are all that there is. */
export function isNumeric(kind: ColumnKind): boolean {
  return kind === "count" || kind === "integer" || kind === "boolean";
}
