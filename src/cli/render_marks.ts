import type { Comment } from "../history/change_entry.ts";
import type { MarkStep } from "../plan/mark_plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { Paint } from "./paint.ts";
import { STATE_STYLES } from "./render_list.ts";
import { type Column, renderTable } from "./table.ts";

const COLUMNS: readonly Column<MarkStep>[] = [
  { title: "order", text: ({ unit }) => unit.order },
  { title: "id", text: ({ unit }) => unit.id },
  { title: "author", text: ({ unit }) => unit.author },
  { title: "state", text: ({ change }) => change.state, style: ({ change }) => STATE_STYLES[change.state] },
  { title: "to be recorded", text: ({ marks }) => marks.map(describe).join(", ") },
  { title: "reason", text: ({ change }) => change.reason },
];

/** Renders what is to be recorded, by whom and why. */
export function renderMarks({ steps }: Plan<MarkStep>, { by, reason }: Comment, paint: Paint): string {
  return [renderTable(COLUMNS, steps, paint), "", `${paint("dim", "says")} ${by}: ${reason}`].join("\n");
}

function describe({ type, state }: MarkStep["marks"][number]): string {
  return type === "EXECUTION" ? state : `before step ${state}`;
}
