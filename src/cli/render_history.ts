import type { ChangeEntry, RecordedError } from "../history/change_entry.ts";
import type { Paint } from "./paint.ts";
import { STATE_STYLES } from "./render_list.ts";
import { type Column, renderTable } from "./table.ts";
import { oneLine } from "./words.ts";

/** What one execution has written. */
export interface HistoryExecution
  extends Pick<ChangeEntry, "executionId" | "operation" | "executionHostname" | "timestamp" | "comment" | "metadata"> {
  /** Its entries, oldest first. */
  readonly entries: readonly ChangeEntry[];
}

const COLUMNS: readonly Column<ChangeEntry>[] = [
  { title: "  entry", text: ({ seq }) => `${seq}`, align: "right" },
  { title: "order", text: ({ order }) => order ?? "" },
  { title: "id", text: ({ changeId }) => changeId ?? "" },
  { title: "author", text: ({ author }) => author ?? "" },
  { title: "state", text: describeState, style: ({ state }) => STATE_STYLES[state] },
  { title: "at", text: ({ timestamp }) => timestamp },
  { title: "ms", text: ({ executionMillis }) => executionMillis?.toString() ?? "", align: "right" },
  { title: "error", text: ({ error }) => error === null ? "" : describeError(error) },
];

/** Renders what executions have written: a line for each execution, and a line for each of its entries. */
export function renderHistory(executions: readonly HistoryExecution[], paint: Paint): string {
  const changes = executions.map(({ entries }) => entries.filter(({ type }) => type !== "RUN"));
  // One table for all of them, so that its columns stand in line; every entry is a line of it.
  const [title = "", ...lines] = renderTable(COLUMNS, changes.flat(), paint).split("\n");
  let next = 0;
  return [
    title,
    ...executions.flatMap((execution, index) => {
      const own = lines.slice(next, next += changes[index]?.length ?? 0);
      return ["", ...renderExecution(execution, paint), ...own];
    }),
  ].join("\n");
}

function renderExecution(
  { executionId, operation, executionHostname, timestamp, comment }: HistoryExecution,
  paint: Paint,
): string[] {
  const line = `${oneLine(timestamp)}  ${oneLine(`execution ${executionId} on ${executionHostname}`)}`;
  return [
    `${paint("bold", oneLine(operation))}  ${line}`,
    ...(comment === null ? [] : [`  ${oneLine(`${comment.by}: ${comment.reason}`)}`]),
  ];
}

function describeState({ type, state }: ChangeEntry): string {
  return type === "BEFORE_EXECUTION" ? `before step ${state}` : state;
}

function describeError({ name, code, message }: RecordedError): string {
  return `${name}${code === null ? "" : ` ${code}`}: ${message}`;
}
