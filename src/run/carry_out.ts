import { ChangeFailedError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { MarkStep } from "../plan/mark_plan.ts";
import type { Plan, PlanStep, TransactionStrategy } from "../plan/plan.ts";
import { nameOf } from "../plan/problems.ts";
import type { UndoStep } from "../plan/undo_plan.ts";
import type { ChangeOutcome } from "./change_outcome.ts";
import { executeAlone, executeRepeat, executeTogether, leavesNoTrace } from "./execute_steps.ts";
import { draftEntry, type ExecutionScope, referenceTo } from "./execution_scope.ts";
import { type Grouping, groupSteps, mayShareTransaction } from "./group_steps.ts";
import type { ReportBuilder } from "./report_builder.ts";
import { undoSteps } from "./undo_steps.ts";

/** How change units are executed. */
export interface MigrationOptions extends Grouping {
  /** Whether what only repeats is recorded. */
  readonly recordRepeats: boolean;
}

/**
 * Executes change units, one by one or some or all of them in one transaction.
 *
 * @throws {ChangeFailedError} when one fails, unless it says `failFast: false`.
 */
export async function carryOutMigration(
  scope: ExecutionScope,
  { steps }: Plan,
  options: MigrationOptions,
  report: ReportBuilder,
): Promise<void> {
  let { settling } = scope;
  for (const group of groupSteps(steps, options, mayShareTransaction)) {
    scope.signal.throwIfAborted();
    const outcomes = await executeGroup({ ...scope, settling }, group, options.recordRepeats);
    reportOutcomes(scope, outcomes, report, group.length > 1);
    // What failed is tried again at the next start.
    if (outcomes.some(({ failure }) => failure !== undefined)) settling = null;
  }
}

async function executeGroup(
  scope: ExecutionScope,
  group: readonly [PlanStep, ...PlanStep[]],
  recordRepeats: boolean,
): Promise<readonly ChangeOutcome[]> {
  const [first] = group;
  if (!recordRepeats && group.length === 1 && leavesNoTrace(first)) return await executeRepeat(scope, first);
  return first.transactional ? await executeTogether(scope, group) : [await executeAlone(scope, first)];
}

/**
 * Undoes change units, one by one or all of them in one transaction.
 *
 * @throws {ChangeFailedError} when one fails; those behind it stay as they are.
 */
export async function carryOutUndo(
  scope: ExecutionScope,
  { steps }: Plan<UndoStep>,
  transactionStrategy: TransactionStrategy,
  report: ReportBuilder,
): Promise<void> {
  for (const group of groupSteps(steps, { transactionStrategy, unitsPerTransaction: 1 }, () => false)) {
    scope.signal.throwIfAborted();
    const { outcomes, stopped } = await undoSteps(scope, group);
    if (stopped === undefined) {
      reportOutcomes(scope, outcomes, report, true);
      continue;
    }
    for (const outcome of outcomes) reportOutcome(scope, outcome, report);
    throw stopped.error;
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

/**
 * Reports everything that was done, and only then what ends the execution.
 *
 * @throws {ChangeFailedError} when one has failed and nothing may follow on that.
 */
function reportOutcomes(
  scope: ExecutionScope,
  outcomes: readonly ChangeOutcome[],
  report: ReportBuilder,
  isFinal: boolean,
): void {
  for (const outcome of outcomes) reportOutcome(scope, outcome, report);
  const isOpen = outcomes.some(({ failure }) => failure?.state === "STARTED");
  for (const { unit, failure } of outcomes) {
    if (failure === undefined) continue;
    if (isOpen) scope.lock.check();
    scope.signal.throwIfAborted();
    const isSettled = failure.state !== "STARTED" && failure.state !== "ROLLBACK_FAILED";
    if (isSettled && !isFinal && !unit.failFast) continue;
    const message = `The change unit ${nameOf(unit)} failed: ${firstLine(failure.error)}`;
    throw new ChangeFailedError(message, { cause: failure.error });
  }
}

function reportOutcome(scope: ExecutionScope, outcome: ChangeOutcome, report: ReportBuilder): void {
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
}
