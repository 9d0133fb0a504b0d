import type { ChangeEntry, ChangeState } from "../../history/change_entry.ts";
import { defineCommand } from "../command.ts";
import { choice, count, type OptionValues, text } from "../option.ts";
import { type HistoryExecution, renderHistory } from "../render_history.ts";
import { withRunner } from "../with_runner.ts";

const STATES: Readonly<Record<ChangeState, true>> = {
  STARTED: true,
  EXECUTED: true,
  FAILED: true,
  ROLLED_BACK: true,
  ROLLBACK_FAILED: true,
  IGNORED: true,
};

const HISTORY_OPTIONS = {
  execution: text("ID", "what this execution did; the beginning of its id is enough"),
  change: text("ID", "what happened to this change unit"),
  state: choice(Object.keys(STATES) as ChangeState[], "what came into this state"),
  limit: count("N", "the newest N executions of all that is left"),
};

/** `denock history`: every entry, by execution. Writes nothing. */
export const history = defineCommand({
  name: "history",
  description: "Show everything that ever happened, by execution, the newest last; checks every digest",
  options: HISTORY_OPTIONS,
  examples: [
    "denock history --limit 5",
    "denock history --change create_users --json",
    "denock history --state failed",
  ],
  async run(session, options) {
    const entries = await withRunner(session, { access: "read" }, (runner) => runner.history());
    const executions = select(groupByExecution(entries), options);
    const text = executions.length > 0
      ? renderHistory(executions, session.output.paintResult)
      : entries.length === 0
      ? "The history is empty"
      : "Nothing in the history is like that";
    return { outcome: "listed", document: { executions }, text };
  },
});

function groupByExecution(entries: readonly ChangeEntry[]): HistoryExecution[] {
  return Array.from(Map.groupBy(entries, ({ executionId }) => executionId)).flatMap(([executionId, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const { operation, executionHostname, timestamp, comment, metadata } = first;
    return [{ executionId, operation, executionHostname, timestamp, comment, metadata, entries: group }];
  });
}

/** The entry with which an execution begins is left out of what was picked. */
function select(
  executions: readonly HistoryExecution[],
  { execution = "", change, state, limit }: OptionValues<typeof HISTORY_OPTIONS>,
): HistoryExecution[] {
  const isPicked = (entry: ChangeEntry) =>
    entry.type !== "RUN" && (change === undefined || entry.changeId === change) &&
    (state === undefined || entry.state === state);
  const selected = executions.filter(({ executionId }) => executionId.startsWith(execution));
  if (change === undefined && state === undefined) return selected.slice(-(limit ?? selected.length));
  const picked = selected
    .map((each) => ({ ...each, entries: each.entries.filter(isPicked) }))
    .filter(({ entries }) => entries.length > 0);
  return picked.slice(-(limit ?? picked.length));
}
