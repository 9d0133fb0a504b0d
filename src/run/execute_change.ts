import type { ChangeUnit } from "../change_unit/change_unit.ts";
import type { PlanStep } from "../plan/plan.ts";
import type { ChangeOutcome, FailedOutcome } from "./change_outcome.ts";
import { executeInTransaction } from "./execute_in_transaction.ts";
import { beginRollback, executeWithoutTransaction, rollBack } from "./execute_without_transaction.ts";
import { type ExecutionScope, referenceTo } from "./execution_scope.ts";

/** Carries out one step of a plan: what was left unfinished is rolled back, then the before step, then the change. */
export async function executeChange(scope: ExecutionScope, step: PlanStep): Promise<ChangeOutcome> {
  const { unit } = step;
  scope.listener({ type: "change.started", change: referenceTo(unit) });
  for (const unfinished of step.recover) {
    scope.listener({ type: "change.recovering", change: referenceTo(unit) });
    await untilOthersAreGone(scope);
    const interruption = new Error("It was interrupted in an earlier execution");
    const outcome = await rollBack(scope, unit, unfinished, interruption);
    if (outcome.state !== "ROLLED_BACK") return outcome;
  }
  if (step.runsBefore) {
    const outcome = await executeWithoutTransaction(scope, unit, "BEFORE_EXECUTION");
    if (outcome.state !== "EXECUTED") return outcome;
  }
  const outcome = step.transactional
    ? await executeInTransaction(scope, unit)
    : await executeWithoutTransaction(scope, unit, "EXECUTION");
  if (outcome.state === "EXECUTED" || outcome.state === "STARTED" || unit.beforeExecution === null) return outcome;
  return await rollBackBefore(scope, unit, outcome);
}

/** Whoever was interrupted may only be frozen; by then its lease has lapsed for certain, and it knows that itself. */
async function untilOthersAreGone({ runtime, othersGoneAt, signal }: ExecutionScope): Promise<void> {
  await runtime.sleep(Math.max(0, othersGoneAt - runtime.now()), signal);
  signal.throwIfAborted();
}

/** The before step of a change that failed goes as well; whatever becomes of that, the first error is the one to report. */
async function rollBackBefore(
  scope: ExecutionScope,
  unit: ChangeUnit,
  failed: FailedOutcome,
): Promise<FailedOutcome> {
  await beginRollback(scope, unit);
  const before = await rollBack(scope, unit, "BEFORE_EXECUTION", failed.error);
  return before.state === "ROLLED_BACK" ? failed : { state: before.state, error: before.error };
}
