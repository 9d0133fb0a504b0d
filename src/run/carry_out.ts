import { ChangeFailedError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { MarkStep } from "../plan/mark_plan.ts";
import type { Plan, PlanStep, TransactionStrategy } from "../plan/plan.ts";
import { nameOf } from "../plan/problems.ts";
import type { UndoStep } from "../plan/undo_plan.ts";
import type { ChangeOutcome } from "./change_outcome.ts";
import { executeAlone, executeTogether } from "./execute_steps.ts";
import { draftEntry, type ExecutionScope, referenceTo } from "./execution_scope.ts";
import type { ReportBuilder } from "./report_builder.ts";
import { undoAlone, undoTogether } from "./undo_steps.ts";

/**
 * Executes change units, one by one or all of them in one transaction.
 *
 * @throws {ChangeFailedError} when one fails, unless it says `failFast: false`.
 */
export async function carryOutMigration(
  scope: ExecutionScope,
  { steps }: Plan,
  strategy: TransactionStrategy,
  report: ReportBuilder,
): Promise<void> {
  for (const group of groupSteps<PlanStep>(steps, strategy)) {
    scope.signal.throwIfAborted();
    const [first] = group;
    const outcomes = first.transactional ? await executeTogether(scope, group) : [await executeAlone(scope, first)];
    for (const outcome of outcomes) reportOutcome(scope, outcome, report, outcome.unit.failFast || group.length > 1);
  }
}

/**
 * Undoes change units, one by one or all of them in one transaction.
 *
 * @throws {ChangeFailedError} when one fails; those behind it stay as they are.
 */
export async function carryOutUndo(
  scope: ExecutionScope,
  { steps }: Plan<UndoStep>,
  strategy: TransactionStrategy,
  report: ReportBuilder,
): Promise<void> {
  for (const group of groupSteps<UndoStep>(steps, strategy)) {
    scope.signal.throwIfAborted();
    const [first] = group;
    const outcomes = first.transactional ? await undoTogether(scope, group) : [await undoAlone(scope, first)];
    for (const outcome of outcomes) reportOutcome(scope, outcome, report, true);
  }
}

/** Appends entries about change units without running anything of them. */
export async function carryOutMarks(
  scope: ExecutionScope,
  { steps }: Plan<MarkStep>,
  report: ReportBuilder,
): Promise<void> {
  for (const { unit, marks } of steps) {
    scope.signal.throwIfAborted();
    for (const mark of marks) await scope.log.append(draftEntry(scope, unit, mark));
    const executed = { ...referenceTo(unit), executionMillis: 0, attempts: 0 };
    report.addExecuted(executed);
    scope.listener({ type: "change.executed", change: executed });
  }
}

function groupSteps<Step>(steps: readonly Step[], strategy: TransactionStrategy): [Step, ...Step[]][] {
  const [first, ...others] = steps;
  if (strategy === "run" && first !== undefined) return [[first, ...others]];
  return steps.map((step) => [step]);
}

function reportOutcome(scope: ExecutionScope, outcome: ChangeOutcome, report: ReportBuilder, isFinal: boolean): void {
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
  if (isFinal || state === "STARTED" || state === "ROLLBACK_FAILED") {
    throw new ChangeFailedError(`The change unit ${nameOf(change)} failed: ${firstLine(error)}`, { cause: error });
  }
}
