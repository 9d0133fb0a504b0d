import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { ChangeReference } from "../report.ts";
import type { Paint, Style } from "./paint.ts";
import { renderProblems } from "./render_problems.ts";
import { type Column, renderTable } from "./table.ts";

/** Which way a plan goes. */
export type Direction = "migrate" | "undo";

type Decision = PlannedChange["decision"];

const STYLES: Readonly<Record<Decision, Style>> = {
  run: "green",
  done: "dim",
  skip: "dim",
  stop: "red",
  missing: "yellow",
  later: "dim",
};

/** How the line that counts decisions calls them; those that are always told come first. */
const COUNTERS: Readonly<Record<Direction, { readonly [Key in Decision]?: string }>> = {
  migrate: { run: "to run", done: "done", skip: "skipped", stop: "stopped", missing: "missing", later: "later" },
  undo: { run: "to undo", stop: "stopped" },
};

const ALWAYS_COUNTED: readonly Decision[] = ["run", "done", "skip"];

/** Renders a plan: every decision, a line that counts them, and the problems. */
export function renderPlan(
  { changes, problems }: Plan<{ readonly unit: ChangeReference }>,
  direction: Direction,
  paint: Paint,
): string {
  const table = changes.length === 0 ? [] : [renderTable(columns(direction), changes, paint), ""];
  const found = problems.length === 0 ? [] : ["", renderProblems(problems, paint)];
  return [...table, countDecisions(changes, direction), ...found].join("\n");
}

function columns(direction: Direction): Column<PlannedChange>[] {
  const decided = (decision: Decision) => decision === "run" && direction === "undo" ? "undo" : decision;
  return [
    { title: "order", text: ({ order }) => order },
    { title: "id", text: ({ id }) => id },
    { title: "author", text: ({ author }) => author },
    { title: "decision", text: ({ decision }) => decided(decision), style: ({ decision }) => STYLES[decision] },
    { title: "reason", text: ({ reason }) => reason },
  ];
}

function countDecisions(changes: readonly PlannedChange[], direction: Direction): string {
  return Object.entries(COUNTERS[direction]).flatMap(([decision, word]) => {
    const count = changes.filter((change) => change.decision === decision).length;
    return count === 0 && !ALWAYS_COUNTED.includes(decision as Decision) ? [] : `${count} ${word}`;
  }).join(", ");
}
