import type { Command } from "./command.ts";
import { baseline } from "./commands/baseline.ts";
import { completions } from "./commands/completions.ts";
import { create } from "./commands/create.ts";
import { history } from "./commands/history.ts";
import { init } from "./commands/init.ts";
import { list } from "./commands/list.ts";
import { lockRelease, lockStatus } from "./commands/lock.ts";
import { manifest } from "./commands/manifest.ts";
import { migrate } from "./commands/migrate.ts";
import { plan } from "./commands/plan.ts";
import { repair } from "./commands/repair.ts";
import { undo } from "./commands/undo.ts";
import { validate } from "./commands/validate.ts";

/** Every command, in the order in which the help shows them. A new one is registered by a line here. */
export const COMMANDS: readonly Command[] = [
  migrate,
  undo,
  plan,
  list,
  history,
  validate,
  repair,
  baseline,
  lockStatus,
  lockRelease,
  init,
  create,
  manifest,
  completions,
];
