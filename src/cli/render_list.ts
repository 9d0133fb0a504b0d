import type { PlannedChange } from "../plan/plan.ts";
import type { CodeRow, CompareRow, DatabaseRow } from "./list_rows.ts";
import type { Paint, Style } from "./paint.ts";
import { type Column, renderTable } from "./table.ts";

/** How states look. */
export const STATE_STYLES: Readonly<Record<PlannedChange["state"], Style>> = {
  PENDING: "yellow",
  STARTED: "red",
  EXECUTED: "green",
  FAILED: "red",
  ROLLED_BACK: "yellow",
  ROLLBACK_FAILED: "red",
  IGNORED: "dim",
};

/** A row of any view: each shows what it knows. */
type Row = CodeRow & Partial<DatabaseRow> | DatabaseRow & Partial<CodeRow> | CompareRow;

const COLUMNS: readonly Column<Row>[] = [
  { title: "order", text: ({ order }) => order },
  { title: "id", text: ({ id }) => id },
  { title: "author", text: ({ author }) => author },
  { title: "state", text: ({ state }) => state ?? "", style: ({ state }) => state && STATE_STYLES[state] },
  { title: "since", text: ({ timestamp }) => timestamp ?? "" },
  { title: "ms", text: ({ executionMillis }) => executionMillis?.toString() ?? "", align: "right" },
  { title: "undo", text: ({ canBeUndone }) => canBeUndone == null ? "" : canBeUndone ? "yes" : "no" },
  { title: "file", text: ({ file }) => file ?? "" },
  { title: "details", text: ({ details }) => details.join(", ") },
];

/** Renders change units with what is known of them; what is known of none has no column. */
export function renderList(rows: readonly Row[], paint: Paint): string {
  if (rows.length === 0) return "There are no change units";
  return renderTable(COLUMNS.filter(({ text }) => rows.some((row) => text(row) !== "")), rows, paint);
}
