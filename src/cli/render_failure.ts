import type { ExecutionReport } from "../report.ts";
import { type Failure, type FailureCause, meaningOf } from "./failure.ts";
import type { Paint } from "./paint.ts";
import { renderProblem } from "./render_problems.ts";
import { changeUnits, type Effect, nameOf } from "./words.ts";

/** Renders an error: what happened, what was and was not done, and what to do next. */
export function renderFailure(failure: Failure, done: readonly string[], paint: Paint): string {
  return [
    `${paint("red", "error")} ${failure.code}: ${failure.message}`,
    ...failure.causes.flatMap((cause) => renderCause(cause, failure)),
    ...failure.problems.filter(({ severity }) => severity === "error").map((problem) => renderProblem(problem, paint)),
    ...done.map((line) => `  ${line}`),
    ...failure.remedies.map((remedy) => `  - ${remedy}`),
  ].join("\n");
}

/** The message of a single error is in the message of the failure already, unless it had to be shortened there. */
function renderCause({ name, message, at }: FailureCause, failure: Failure): string[] {
  const isSaid = failure.causes.length === 1 && failure.message.endsWith(message);
  return [...(isSaid ? [] : [`  ${name}: ${message}`]), ...(at === null ? [] : [`  at ${at}`])];
}

/** Says what an execution that did not come to its end has done and what it has not. */
export function whatWasDone({ executed, failed, pending }: ExecutionReport, effect: Effect): string[] {
  const stays = executed.length === 0 ? [] : [`What was ${effect} stays: ${executed.map(nameOf).join(", ")}`];
  const rest = effect === "executed" ? "Still pending" : `Not ${effect}`;
  const left = pending.length === 0 ? [] : [`${rest}: ${changeUnits(pending.length)}`];
  if (executed.length === 0 && failed.length === 0) return [`Nothing was ${effect}`, ...left];
  return [...stays, ...failed.map((change) => `${nameOf(change)}: ${meaningOf(change.state)}`), ...left];
}
