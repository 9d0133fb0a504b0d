import { MigrationError, PlanError } from "../../errors.ts";
import type { Plan } from "../../plan/plan.ts";
import { type CommandResult, defineCommand } from "../command.ts";
import { flag } from "../option.ts";
import type { Paint } from "../paint.ts";
import { planFiles } from "../plan_files.ts";
import { renderProblems } from "../render_problems.ts";
import { UsageError } from "../usage_error.ts";
import { withRunner } from "../with_runner.ts";
import { changeUnits, nameOf } from "../words.ts";

/** `denock validate`: checks the files, the history with every digest, and the two against each other. Writes nothing. */
export const validate = defineCommand({
  name: "validate",
  description: "Check the files, and with a database its history, every digest in it, and the two against each other",
  options: { noPending: flag("find fault also with change units that are pending") },
  examples: [
    "denock validate --migrations ./migrations",
    "denock validate --database sqlite:./shop.db --no-pending",
  ],
  async run(session, { noPending }) {
    const { settings } = session;
    const hasDatabase = settings.database !== undefined;
    if (noPending && !hasDatabase) {
      throw new UsageError("Without a database everything is pending", [
        "Name one: --database URL",
        "Or leave out --no-pending",
      ]);
    }
    const plan = hasDatabase
      ? await withRunner(session, { access: "read" }, (runner) => runner.validate())
      : await planFiles(session);
    const result = present(plan, hasDatabase, session.output.paintResult);
    if (plan.problems.some(({ severity }) => severity === "error")) {
      return { ...result, error: new PlanError(plan.problems) };
    }
    const pending = findPending(plan);
    if (!noPending || pending.length === 0) return result;
    const message = `Pending: ${pending.map(nameOf).join(", ")}`;
    return { ...result, error: new MigrationError("PLAN_HAS_PROBLEMS", message) };
  },
});

/** What runs in every execution is not pending once it has been executed. */
function findPending({ steps }: Plan) {
  return steps
    .filter(({ change, unit }) => change.state !== "EXECUTED" || !unit.runAlways)
    .map(({ change: { id, author, order, file } }) => ({ id, author, order, file }));
}

function present(plan: Plan, hasDatabase: boolean, paint: Paint): CommandResult {
  const { changes, problems } = plan;
  const pending = findPending(plan);
  const checked = hasDatabase ? "files and history" : "files";
  const executed = changes.filter(({ state }) => state === "EXECUTED").length;
  const counted = hasDatabase
    ? `${changeUnits(changes.length)}, ${executed} executed, ${pending.length} pending`
    : `${changeUnits(changes.length)}; no database is given, so no history was looked at`;
  const found = problems.length === 0 ? [] : ["", renderProblems(problems, paint)];
  return {
    outcome: "valid",
    document: { checked, changes, pending, problems },
    text: [`Checked ${checked}: ${counted}`, ...found].join("\n"),
  };
}
