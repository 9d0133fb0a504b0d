import { ChangeFailedError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { Plan, PlanStep } from "../plan/plan.ts";
import { nameOf } from "../plan/problems.ts";
import type { ChangeOutcome } from "./change_outcome.ts";
import { executeAlone, executeTogether } from "./execute_steps.ts";
import { type ExecutionScope, referenceTo } from "./execution_scope.ts";
import type { ReportBuilder } from "./report_builder.ts";

/** Which change units share a transaction: `change` none, `run` all of an execution, `none` means that there are none. */
export type TransactionStrategy = "change" | "run" | "none";

/**
 * Carries out a plan, step by step or all steps in one transaction.
 *
 * @throws {ChangeFailedError} when a change unit fails, unless it says `failFast: false`.
 */
export async function carryOut(
  scope: ExecutionScope,
  { steps }: Plan,
  strategy: TransactionStrategy,
  report: ReportBuilder,
): Promise<void> {
  for (const group of groupSteps(steps, strategy)) {
    scope.signal.throwIfAborted();
    const outcomes = group[0].transactional
      ? await executeTogether(scope, group)
      : [await executeAlone(scope, group[0])];
    for (const outcome of outcomes) reportOutcome(scope, outcome, report, group.length > 1);
  }
}

function groupSteps(steps: readonly PlanStep[], strategy: TransactionStrategy): [PlanStep, ...PlanStep[]][] {
  const [first, ...others] = steps;
  if (strategy === "run" && first !== undefined) return [[first, ...others]];
  return steps.map((step) => [step]);
}

function reportOutcome(scope: ExecutionScope, outcome: ChangeOutcome, report: ReportBuilder, isShared: boolean): void {
  const { unit, executionMillis, attempts, failure } = outcome;
  const change = referenceTo(unit);
  if (failure === undefined) {
    report.addExecuted({ ...change, executionMillis, attempts });
    scope.listener({ type: "change.executed", change: { ...change, executionMillis, attempts } });
    return;
  }
  const { state, error } = failure;
  const failed = { ...change, state, message: firstLine(error) };
  report.addFailed(failed);
  scope.listener({ type: "change.failed", change: failed, error });
  if (state === "STARTED") scope.lock.check();
  scope.signal.throwIfAborted();
  const isFinal = isShared || state === "STARTED" || state === "ROLLBACK_FAILED";
  if (unit.failFast || isFinal) {
    throw new ChangeFailedError(`The change unit ${nameOf(change)} failed: ${firstLine(error)}`, { cause: error });
  }
}
