import type { RepairRequest } from "../../plan/mark_plan.ts";
import { COMMENT_OPTIONS, commentOf } from "../comment.ts";
import { defineCommand } from "../command.ts";
import { execute } from "../execute.ts";
import { type OptionValues, text, texts } from "../option.ts";
import { ask, needAnswer, YES_OPTION } from "../question.ts";
import { renderMarks } from "../render_marks.ts";
import { UsageError } from "../usage_error.ts";

const REPAIR_OPTIONS = {
  executed: texts("ID", "it has taken effect completely; may be repeated"),
  rolledBack: texts("ID", "nothing of it is left; may be repeated"),
  accept: texts("ID", "it was executed, and its file as it is now stands for that; may be repeated"),
  author: text("NAME", "the author of these change units, where several have one with that id"),
};

/** `denock repair`: records what became of change units, on the word of somebody who has looked. */
export const repair = defineCommand({
  name: "repair",
  description: "Record what became of change units, after somebody has looked; runs none, asks before it records",
  options: { ...REPAIR_OPTIONS, ...COMMENT_OPTIONS, ...YES_OPTION },
  examples: [
    'denock repair --rolled-back add_order_totals --reason "the column was dropped by hand"',
    'denock repair --executed add_index --by ann --reason "the index is there" --yes',
    'denock repair --accept create_users --reason "only a comment was edited"',
  ],
  effect: "recorded",
  async run(session, options) {
    const repairs = requestsOf(options);
    const comment = commentOf(options);
    needAnswer(session, options.yes);
    const rolledBack = new Set(options.rolledBack);
    return await execute(session, {
      effect: "recorded",
      access: "write",
      stateOf: ({ id }) => rolledBack.has(id) ? "ROLLED_BACK" : "EXECUTED",
      async work({ runner, signal }) {
        if (!options.yes) {
          await ask(session, {
            effect: "recorded",
            plan: () => runner.planRepair({ repairs, signal }),
            render: (plan) => renderMarks(plan, comment, session.output.paintNotice),
          }, signal);
        }
        return await runner.repair({ repairs, comment, signal });
      },
      renderNothing: () => "There is nothing to record",
    });
  },
});

function requestsOf({ executed, rolledBack, accept, author }: OptionValues<typeof REPAIR_OPTIONS>): RepairRequest[] {
  const requests: RepairRequest[] = [
    ...executed.map((id) => ({ id, as: "executed" as const })),
    ...rolledBack.map((id) => ({ id, as: "rolled back" as const })),
    ...accept.map((id) => ({ id, as: "accepted" as const })),
  ];
  if (requests.length === 0) {
    throw new UsageError("Nothing says what became of which change unit", [
      `--executed ID: ${REPAIR_OPTIONS.executed.description}`,
      `--rolled-back ID: ${REPAIR_OPTIONS.rolledBack.description}`,
      `--accept ID: ${REPAIR_OPTIONS.accept.description}`,
    ]);
  }
  const twice = requests.find(({ id }, index) => requests.findIndex((each) => each.id === id) < index);
  if (twice !== undefined) {
    throw new UsageError(`The change unit ${twice.id} is named twice`, ["Say one thing of each"]);
  }
  return author === undefined ? requests : requests.map((request) => ({ ...request, author }));
}
