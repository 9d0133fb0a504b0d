import { defineCommand } from "../command.ts";
import { execute } from "../execute.ts";
import { LIMIT_OPTIONS, limitOf } from "../limit.ts";
import { renderNothingPending } from "../render_report.ts";

/** `denock migrate`: executes what is pending. */
export const migrate = defineCommand({
  name: "migrate",
  description: "Execute the change units that are pending",
  options: LIMIT_OPTIONS,
  examples: [
    "denock migrate --database mongodb://localhost/shop --migrations ./migrations",
    "denock migrate --to create_orders",
    "denock migrate --count 1",
  ],
  effect: "executed",
  preview: "plan",
  async run(session, options) {
    const limit = limitOf(options);
    return await execute(session, {
      effect: "executed",
      access: "create",
      work: ({ runner, signal }) => runner.migrate({ ...limit, signal }),
      renderNothing: (report) => renderNothingPending(report, session.settings.migrations),
    });
  },
});
