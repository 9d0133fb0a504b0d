import type { Plan } from "../plan/plan.ts";
import { validateSource } from "../run/validate_source.ts";
import type { Session } from "./command.ts";
import { Progress } from "./progress.ts";
import { announce } from "./with_runner.ts";

/** Plans with the files alone, for who has named no database: as if nothing had been executed yet. */
export async function planFiles(session: Session): Promise<Plan> {
  const { migrations, runner: { rules, defaultAuthor } } = session.settings;
  announce(session, `${migrations} without a database`);
  return await validateSource({
    migrations,
    listener: new Progress(session.output, "executed").hear,
    ...(rules && { rules }),
    ...(defaultAuthor !== undefined && { defaultAuthor }),
  });
}
