import { PlanError } from "../../errors.ts";
import type { Plan, PlanStep } from "../../plan/plan.ts";
import type { UndoStep } from "../../plan/undo_plan.ts";
import { type CommandResult, defineCommand, type Session } from "../command.ts";
import { LIMIT_OPTIONS, limitOf, UNDO_OPTIONS, undoTargetOf } from "../limit.ts";
import { flag } from "../option.ts";
import { type Direction, renderPlan } from "../render_plan.ts";
import { UsageError } from "../usage_error.ts";
import { withRunner } from "../with_runner.ts";

/** `denock plan`: what `migrate` or `undo` would do now. Writes nothing. */
export const plan = defineCommand({
  name: "plan",
  description: "Show what migrate or undo would do now, and change nothing",
  options: {
    undo: flag("what undo would do; without it, what migrate would do"),
    ...LIMIT_OPTIONS,
    all: flag(`with --undo: ${UNDO_OPTIONS.all.description}`),
  },
  examples: [
    "denock plan --database sqlite:./shop.db",
    "denock plan --to create_orders",
    "denock plan --undo --count 1",
  ],
  async run(session, options) {
    if (options.undo) {
      const target = undoTargetOf(options);
      const plan = await withRunner(session, { access: "read" }, (runner) => runner.planUndo(target));
      return present(session, "undo", plan, undoStepDetails);
    }
    if (options.all) throw new UsageError("The option --all says how far back to go", ["Say --undo as well"]);
    const plan = await withRunner(session, { access: "read" }, (runner) => runner.plan(limitOf(options)));
    return present(session, "migrate", plan, stepDetails);
  },
});

function present<Step extends PlanStep | UndoStep>(
  { output }: Session,
  direction: Direction,
  plan: Plan<Step>,
  details: (step: Step) => object,
): CommandResult {
  const { changes, problems } = plan;
  const steps = plan.steps.map((step) => {
    const { id, author, order, file } = step.change;
    return { id, author, order, file, ...details(step) };
  });
  return {
    outcome: "planned",
    document: { direction, plan: { changes, steps, problems } },
    text: renderPlan(plan, direction, output.paintResult),
    ...(problems.some(({ severity }) => severity === "error") && { error: new PlanError(problems) }),
  };
}

function stepDetails({ transactional, runsBefore, recover }: PlanStep) {
  return { transactional, runsBefore, recover };
}

function undoStepDetails({ transactional, rollsBack }: UndoStep) {
  return { transactional, rollsBack };
}
