import { compareOrders } from "../change_unit/order.ts";
import type { ExecutedChange, ExecutionReport, FailedChange } from "../report.ts";
import type { Paint } from "./paint.ts";
import { type Column, renderTable } from "./table.ts";
import { changeUnits, type Effect, EFFECTS, type StateOf } from "./words.ts";

type Row = ExecutedChange | FailedChange;

/** How a report is rendered. */
export interface ReportLook {
  /** What became of change units. */
  readonly effect: Effect;
  /** In which state the history has one of them now, where that differs. */
  readonly stateOf?: StateOf;
  /** Gives it colours. */
  readonly paint: Paint;
}

/** Renders what an execution did: a table of what went well and what failed, and a line that counts everything. */
export function renderReport(report: ExecutionReport, look: ReportLook): string {
  const rows: readonly Row[] = [...report.executed, ...report.failed];
  // What was undone stands in the order in which that was done.
  const sorted = look.effect === "undone"
    ? rows
    : rows.toSorted((left, right) => compareOrders(left.order, right.order));
  const table = rows.length === 0 ? [] : [renderTable(columns(look), sorted, look.paint), ""];
  return [...table, countAll(report, look.effect)].join("\n");
}

function columns({ effect, stateOf = () => EFFECTS[effect].state }: ReportLook): Column<Row>[] {
  return [
    { title: "order", text: ({ order }) => order },
    { title: "id", text: ({ id }) => id },
    { title: "author", text: ({ author }) => author },
    {
      title: "state",
      text: (row) => "state" in row ? row.state : stateOf(row),
      style: (row) => "state" in row ? "red" : "green",
    },
    ...(effect === "recorded" ? [] : MEASURES),
  ];
}

const MEASURES: readonly Column<Row>[] = [
  { title: "ms", text: (row) => "state" in row ? "" : `${row.executionMillis}`, align: "right" },
  { title: "attempts", text: (row) => "state" in row ? "" : `${row.attempts}`, align: "right" },
];

function countAll({ executed, failed, skipped, pending }: ExecutionReport, effect: Effect): string {
  if (effect !== "executed") return `${executed.length} ${effect}, ${failed.length} failed, ${pending.length} left`;
  return `${executed.length} executed, ${failed.length} failed, ${skipped.length} skipped, ${pending.length} pending`;
}

/** Renders that there was nothing to execute; what is pending then is behind a limit. */
export function renderNothingPending({ done, skipped, pending }: ExecutionReport, folder: string): string {
  const reach = pending.length === 0 ? "Nothing is pending" : "Nothing is pending up to there";
  if (done === 0 && skipped.length === 0 && pending.length === 0) {
    return `${reach}: there are no change units in ${folder}`;
  }
  const already = `${changeUnits(done)} ${done === 1 ? "has" : "have"} been executed already`;
  const left = skipped.length === 0 ? "" : `, ${skipped.length} ${are(skipped.length)} skipped`;
  const behind = pending.length === 0 ? "" : `, ${pending.length} ${are(pending.length)} pending behind it`;
  return `${reach}: ${already}${left}${behind}`;
}

function are(count: number): string {
  return count === 1 ? "is" : "are";
}
