import { PlanError } from "../errors.ts";
import { type CommandResult, type Session, withRunner } from "./command.ts";
import { renderPlan } from "./render_plan.ts";

/** `denock plan`: what `migrate` would do now. Writes nothing. */
export async function plan(session: Session): Promise<CommandResult> {
  const plan = await withRunner(session, { readOnly: true }, (runner) => runner.plan());
  const { changes, problems } = plan;
  const steps = plan.steps.map(({ change, transactional, runsBefore, recover }) => {
    const { id, author, order, file } = change;
    return { id, author, order, file, transactional, runsBefore, recover };
  });
  return {
    outcome: "planned",
    document: { plan: { changes, steps, problems } },
    text: renderPlan(plan, session.output.paintResult),
    ...(problems.some(({ severity }) => severity === "error") && { error: new PlanError(problems) }),
  };
}
