import { defineCommand } from "../command.ts";
import { execute } from "../execute.ts";
import { UNDO_OPTIONS, undoTargetOf } from "../limit.ts";
import { ask, needAnswer, YES_OPTION } from "../question.ts";
import { renderPlan } from "../render_plan.ts";

/** `denock undo`: undoes what was executed, newest first. */
export const undo = defineCommand({
  name: "undo",
  description: "Undo change units, newest first; asks before it does",
  options: { ...UNDO_OPTIONS, ...YES_OPTION },
  examples: [
    "denock undo --count 1",
    "denock undo --to create_orders --yes",
    "denock undo --all --database sqlite:./test.db",
  ],
  effect: "undone",
  preview: "plan --undo",
  async run(session, options) {
    const target = undoTargetOf(options);
    needAnswer(session, options.yes);
    return await execute(session, {
      effect: "undone",
      access: "write",
      async work({ runner, signal }) {
        if (!options.yes) {
          await ask(session, {
            effect: "undone",
            plan: () => runner.planUndo({ ...target, signal }),
            render: (plan) => renderPlan(plan, "undo", session.output.paintNotice),
          }, signal);
        }
        return await runner.undo({ ...target, signal });
      },
      renderNothing: () => "There is nothing to undo: no change unit is executed",
    });
  },
});
