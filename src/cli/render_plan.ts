import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { Paint, Style } from "./paint.ts";
import { renderProblems } from "./render_problems.ts";
import { type Column, renderTable } from "./table.ts";

const STYLES: Readonly<Record<PlannedChange["decision"], Style>> = {
  run: "green",
  done: "dim",
  skip: "dim",
  stop: "red",
  missing: "yellow",
  later: "dim",
};

const COLUMNS: readonly Column<PlannedChange>[] = [
  { title: "order", text: ({ order }) => order },
  { title: "id", text: ({ id }) => id },
  { title: "author", text: ({ author }) => author },
  { title: "decision", text: ({ decision }) => decision, style: ({ decision }) => STYLES[decision] },
  { title: "reason", text: ({ reason }) => reason },
];

/** Renders a plan: every decision, a line that counts them, and the problems. */
export function renderPlan({ changes, problems }: Plan, paint: Paint): string {
  const table = changes.length === 0 ? [] : [renderTable(COLUMNS, changes, paint), ""];
  const found = problems.length === 0 ? [] : ["", renderProblems(problems, paint)];
  return [...table, countDecisions(changes), ...found].join("\n");
}

function countDecisions(changes: readonly PlannedChange[]): string {
  const count = (decision: PlannedChange["decision"]) =>
    changes.filter((change) => change.decision === decision).length;
  const counters = [`${count("run")} to run`, `${count("done")} done`, `${count("skip")} skipped`];
  const stopped = count("stop");
  const missing = count("missing");
  return [...counters, ...(stopped ? [`${stopped} stopped`] : []), ...(missing ? [`${missing} missing`] : [])]
    .join(", ");
}
