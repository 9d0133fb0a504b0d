import { compareOrders } from "../change_unit/order.ts";
import type { ExecutedChange, ExecutionReport, FailedChange } from "../report.ts";
import type { Paint } from "./paint.ts";
import { type Column, renderTable } from "./table.ts";
import { changeUnits } from "./words.ts";

type Row = ExecutedChange | FailedChange;

const COLUMNS: readonly Column<Row>[] = [
  { title: "order", text: ({ order }) => order },
  { title: "id", text: ({ id }) => id },
  { title: "author", text: ({ author }) => author },
  {
    title: "state",
    text: (row) => "state" in row ? row.state : "EXECUTED",
    style: (row) => "state" in row ? "red" : "green",
  },
  { title: "ms", text: (row) => "state" in row ? "" : `${row.executionMillis}`, align: "right" },
  { title: "attempts", text: (row) => "state" in row ? "" : `${row.attempts}`, align: "right" },
];

/** Renders what an execution did: a table of what was executed and what failed, and a line that counts everything. */
export function renderReport(report: ExecutionReport, paint: Paint): string {
  const { executed, failed, skipped, pending } = report;
  const rows = [...executed, ...failed].toSorted((left, right) => compareOrders(left.order, right.order));
  const table = rows.length === 0 ? [] : [renderTable(COLUMNS, rows, paint), ""];
  const summary = `${executed.length} executed, ${failed.length} failed, ` +
    `${skipped.length} skipped, ${pending.length} pending`;
  return [...table, summary].join("\n");
}

/** Renders that there was nothing to do; `executed` is how many change units have been executed in all. */
export function renderNothingPending(executed: number, skipped: number, folder: string): string {
  if (executed === 0 && skipped === 0) return `Nothing is pending: there are no change units in ${folder}`;
  const already = `${changeUnits(executed)} ${executed === 1 ? "has" : "have"} been executed already`;
  const left = skipped === 0 ? "" : `, ${skipped} ${skipped === 1 ? "is" : "are"} skipped`;
  return `Nothing is pending: ${already}${left}`;
}
