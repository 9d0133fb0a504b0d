import { COMMENT_OPTIONS, commentOf } from "../comment.ts";
import { defineCommand } from "../command.ts";
import { execute } from "../execute.ts";
import { text } from "../option.ts";
import { ask, needAnswer, YES_OPTION } from "../question.ts";
import { renderMarks } from "../render_marks.ts";
import { UsageError } from "../usage_error.ts";

/** `denock baseline`: records change units as executed without running them. */
export const baseline = defineCommand({
  name: "baseline",
  description: "Record that the database has all change units up to one already; runs none, asks before it records",
  options: {
    to: text("ID", "the last one that counts as executed; must be given"),
    ...COMMENT_OPTIONS,
    ...YES_OPTION,
  },
  examples: ['denock baseline --to create_orders --reason "the schema is older than Denock" --by ann'],
  effect: "recorded",
  async run(session, options) {
    const { to } = options;
    if (to === undefined) {
      throw new UsageError("Nothing says which change unit is the last that counts as executed", ["Name it: --to ID"]);
    }
    const comment = commentOf(options);
    needAnswer(session, options.yes);
    return await execute(session, {
      effect: "recorded",
      access: "create",
      async work({ runner, signal }) {
        if (!options.yes) {
          await ask(session, {
            effect: "recorded",
            plan: () => runner.planBaseline({ to, signal }),
            render: (plan) => renderMarks(plan, comment, session.output.paintNotice),
          }, signal);
        }
        return await runner.baseline({ to, comment, signal });
      },
      renderNothing: () => `There is nothing to record: everything up to ${to} is executed already`,
    });
  },
});
