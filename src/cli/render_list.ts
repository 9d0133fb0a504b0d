import type { PlannedChange } from "../plan/plan.ts";
import type { Paint, Style } from "./paint.ts";
import { type Column, renderTable } from "./table.ts";

const STYLES: Readonly<Record<PlannedChange["state"], Style>> = {
  PENDING: "yellow",
  STARTED: "red",
  EXECUTED: "green",
  FAILED: "red",
  ROLLED_BACK: "yellow",
  ROLLBACK_FAILED: "red",
  IGNORED: "dim",
};

const COLUMNS: readonly Column<PlannedChange>[] = [
  { title: "order", text: ({ order }) => order },
  { title: "id", text: ({ id }) => id },
  { title: "author", text: ({ author }) => author },
  { title: "state", text: ({ state }) => state, style: ({ state }) => STYLES[state] },
  { title: "executed at", text: ({ timestamp }) => timestamp ?? "" },
  { title: "ms", text: ({ executionMillis }) => executionMillis?.toString() ?? "", align: "right" },
  { title: "file", text: ({ file }) => file ?? "" },
];

/** Renders every change unit with its state. */
export function renderList(changes: readonly PlannedChange[], paint: Paint): string {
  return changes.length === 0 ? "There are no change units" : renderTable(COLUMNS, changes, paint);
}
