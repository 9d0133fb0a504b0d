import { EMPTY_HISTORY, extendHistory, type History } from "../../history/history.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Runner } from "../../run/runner.ts";
import { defineCommand, type Session } from "../command.ts";
import { type CodeRow, codeRows, type CompareRow, compareRows, type DatabaseRow, databaseRows } from "../list_rows.ts";
import { choice } from "../option.ts";
import { planFiles } from "../plan_files.ts";
import { renderList } from "../render_list.ts";
import { withRunner } from "../with_runner.ts";

/** `denock list`: change units and their states, out of the plan, so that the two cannot disagree. Writes nothing. */
export const list = defineCommand({
  name: "list",
  description: "Show every change unit: what the folder has, what the history has, and where they differ",
  options: {
    view: choice(["database", "code", "compare"], "the history, the folder, or both side by side (the default)"),
  },
  examples: ["denock list --json", "denock list --view database", "denock list --view code"],
  async run(session, { view = "compare" }) {
    const changes = view === "database"
      ? await lookAtDatabase(session)
      : view === "code"
      ? await lookAtCode(session)
      : await lookAtBoth(session);
    return { outcome: "listed", document: { view, changes }, text: renderList(changes, session.output.paintResult) };
  },
});

async function lookAtDatabase(session: Session): Promise<DatabaseRow[]> {
  return databaseRows(await withRunner(session, { access: "read" }, readHistory));
}

/** With a database only what is pending is loaded. */
async function lookAtCode(session: Session): Promise<CodeRow[]> {
  const plan = session.settings.database === undefined
    ? await planFiles(session)
    : await withRunner(session, { access: "read" }, (runner) => runner.plan());
  tellProblems(session, plan);
  return codeRows(plan);
}

async function lookAtBoth(session: Session): Promise<CompareRow[]> {
  return await withRunner(session, { access: "read" }, async (runner) => {
    const plan = await runner.plan();
    tellProblems(session, plan);
    return compareRows(plan, await readHistory(runner));
  });
}

async function readHistory(runner: Runner<object>): Promise<History> {
  return extendHistory(EMPTY_HISTORY, await runner.history());
}

function tellProblems({ output }: Session, { problems }: Plan): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  output.notice(`${output.paintNotice("yellow", "note")} there is more to say, ${count}: see denock plan`);
}
