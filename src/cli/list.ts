import { type CommandResult, type Session, withRunner } from "./command.ts";
import { renderList } from "./render_list.ts";

/** `denock list`: every change unit and its state, out of the plan, so that the two cannot disagree. Writes nothing. */
export async function list(session: Session): Promise<CommandResult> {
  const { output } = session;
  const { changes, problems } = await withRunner(session, { readOnly: true }, (runner) => runner.plan());
  if (problems.length > 0) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    output.notice(`${output.paintNotice("yellow", "note")} there is more to say, ${count}: see denock plan`);
  }
  return { outcome: "listed", document: { changes }, text: renderList(changes, output.paintResult) };
}
