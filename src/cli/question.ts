import { MigrationError, PlanError } from "../errors.ts";
import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { ChangeReference } from "../report.ts";
import type { Input, Session } from "./command.ts";
import { flag } from "./option.ts";
import { UsageError } from "./usage_error.ts";
import { changeUnits, type Effect } from "./words.ts";

/** The option that stands in for an answer. */
export const YES_OPTION = { yes: flag("do not ask") };

type AnyStep = {
  readonly change: PlannedChange;
  readonly unit: ChangeReference & { readonly checksum: string | null };
};

/** What somebody is asked about. */
export interface Proposal<Step extends AnyStep> {
  /** What is to become of change units. */
  readonly effect: Effect;
  /** Plans it; reads only. */
  readonly plan: () => Promise<Plan<Step>>;
  /** Shows what is planned. */
  readonly render: (plan: Plan<Step>) => string;
}

/**
 * Refuses what nobody can be asked about, before anything is opened.
 *
 * @throws {UsageError} when there is neither a terminal nor the word of somebody who does not want to be asked.
 */
export function needAnswer({ input, output }: Session, yes: boolean): void {
  if (yes || (input.isTerminal() && output.isWatched)) return;
  throw new UsageError("This asks before it does anything, and there is no terminal to ask on", [
    "Run it on a terminal",
    "Or say --yes, and it is done without a question",
  ]);
}

/**
 * Shows what is planned and asks whether that is wanted. Nobody is asked when there is nothing to do.
 *
 * @throws {PlanError} when the plan has a problem.
 * @throws {MigrationError} with code `INTERRUPTED` when it is not wanted, with `PLAN_HAS_PROBLEMS` when what was shown is not
 * what would be done any more.
 */
export async function ask<Step extends AnyStep>(
  session: Session,
  { effect, plan, render }: Proposal<Step>,
  signal: AbortSignal,
): Promise<void> {
  const { input, output } = session;
  const shown = await plan();
  if (shown.problems.some(({ severity }) => severity === "error")) throw new PlanError(shown.problems);
  if (shown.steps.length === 0) return;
  output.notice(render(shown));
  output.question(`Shall ${changeUnits(shown.steps.length)} be ${effect}? [y/N] `);
  const answer = await readLine(input, signal);
  if (answer !== null) output.answered();
  if (!/^y(es)?$/i.test(answer ?? "")) {
    throw new MigrationError("INTERRUPTED", "It ends here, because the question was not answered with yes");
  }
  if (fingerprint(await plan()) === fingerprint(shown)) return;
  const message =
    "While the question stood, somebody else has changed the history: what was shown is not what would be done";
  throw new MigrationError("PLAN_HAS_PROBLEMS", message);
}

/** Everything in a plan that a person has agreed to. */
function fingerprint({ steps }: Plan<AnyStep>): string {
  return JSON.stringify(steps.map(({ change, unit }) => [change, unit.checksum]));
}

/** A line without its end; null when the input ends, or the waiting. */
async function readLine(input: Input, signal: AbortSignal): Promise<string | null> {
  const { promise: ended, resolve } = Promise.withResolvers<null>();
  signal.addEventListener("abort", () => resolve(null), { once: true });
  if (signal.aborted) return null;
  const bytes = new Uint8Array(1024);
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const count = await Promise.race([input.read(bytes), ended]);
    if (count === null) return null;
    text += decoder.decode(bytes.subarray(0, count), { stream: true });
  }
  return text.trim();
}
