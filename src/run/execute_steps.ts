import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { recordError } from "../history/recorded_error.ts";
import type { PlanStep } from "../plan/plan.ts";
import { PositionTakenError } from "../driver.ts";
import type { ChangeOutcome, Failure } from "./change_outcome.ts";
import { executeInTransaction, isInDoubt, type TransactionTask } from "./execute_in_transaction.ts";
import { executeWithoutTransaction, rollBack, rollBackStanding } from "./execute_without_transaction.ts";
import { draftEntry, type ExecutionScope, referenceTo } from "./execution_scope.ts";
import { superseded } from "./history_log.ts";

/** Executes a change unit without a transaction: what was left unfinished is rolled back, then the before step, then it. */
export async function executeAlone(scope: ExecutionScope, step: PlanStep): Promise<ChangeOutcome> {
  const [unprepared] = await prepare(scope, [step]);
  if (unprepared !== undefined) return unprepared;
  const outcome = await executeWithoutTransaction(scope, step.unit, "EXECUTION", step.unit.execution);
  const { failure } = outcome;
  if (failure === undefined) return outcome;
  const [failed] = await rollBackBefores(scope, [step], { ...outcome, failure });
  return failed;
}

/**
 * Executes change units in one transaction. Their before steps run first, outside of it. When one fails, nothing of any of
 * them stays: the outcomes are that of the one that failed, and those of before steps that could not be rolled back.
 */
export async function executeTogether(
  scope: ExecutionScope,
  steps: readonly [PlanStep, ...PlanStep[]],
): Promise<readonly ChangeOutcome[]> {
  const unprepared = await prepare(scope, steps);
  if (unprepared.length > 0) return unprepared;
  const taskOf = ({ unit }: PlanStep) => ({ unit, method: unit.execution, state: "EXECUTED", recorded: true } as const);
  const tasks: [TransactionTask, ...TransactionTask[]] = [taskOf(steps[0]), ...steps.slice(1).map(taskOf)];
  const outcome = await executeInTransaction(scope, tasks);
  if (outcome.committed) return outcome.outcomes;
  const { failed: { unit }, error, attempts } = outcome;
  const failure = await recordFailure(scope, unit, error, attempts);
  return await rollBackBefores(scope, steps, { unit, executionMillis: 0, attempts, failure });
}

/**
 * Executes a change unit that only repeats, without recording that all went well. A commit in doubt cannot be looked up then;
 * it is reported, and the change unit runs again at the next start anyway.
 */
export async function executeRepeat(scope: ExecutionScope, { unit }: PlanStep): Promise<readonly ChangeOutcome[]> {
  scope.listener({ type: "change.started", change: referenceTo(unit) });
  const task = { unit, method: unit.execution, state: "EXECUTED", recorded: false } as const;
  const outcome = await executeInTransaction(scope, [task]);
  if (outcome.committed) return outcome.outcomes;
  const { error, attempts } = outcome;
  if (isInDoubt(error)) {
    if (error instanceof PositionTakenError) throw superseded(scope.executionId);
    return [{ unit, executionMillis: 0, attempts, failure: { state: "EXECUTED", error } }];
  }
  return [{ unit, executionMillis: 0, attempts, failure: await recordFailure(scope, unit, error, attempts) }];
}

async function recordFailure(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  error: unknown,
  attempts: number,
): Promise<Failure> {
  const details = { type: "EXECUTION", state: "FAILED", attempts, error: recordError(error) } as const;
  await scope.log.append(draftEntry(scope, unit, details));
  return { state: "FAILED", error };
}

/** Whether a step of a plan needs no entry when all goes well. */
export function leavesNoTrace({ repeats, transactional, runsBefore, recover }: PlanStep): boolean {
  return repeats && transactional && !runsBefore && recover.length === 0;
}

/**
 * Rolls back what an earlier execution has left unfinished, and runs the before steps; gives the first that failed, and what
 * came of that, or nothing.
 */
async function prepare(scope: ExecutionScope, steps: readonly PlanStep[]): Promise<readonly ChangeOutcome[]> {
  for (const { unit, recover } of steps) {
    scope.listener({ type: "change.started", change: referenceTo(unit) });
    const failure = await recoverUnit(scope, unit, recover);
    if (failure !== undefined) return [{ unit, executionMillis: 0, attempts: 0, failure }];
  }
  for (const [index, { unit, runsBefore }] of steps.entries()) {
    const before = runsBefore ? unit.beforeExecution : null;
    if (before === null) continue;
    const change = referenceTo(unit);
    scope.listener({ type: "before.started", change });
    const outcome = await executeWithoutTransaction(scope, unit, "BEFORE_EXECUTION", before);
    scope.listener({ type: "before.ended", change, error: outcome.failure?.error });
    const { failure } = outcome;
    if (failure !== undefined) return await rollBackBefores(scope, steps.slice(0, index), { ...outcome, failure });
  }
  return [];
}

async function recoverUnit(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  unfinished: PlanStep["recover"],
): Promise<Failure | undefined> {
  for (const step of unfinished) {
    scope.listener({ type: "change.recovering", change: referenceTo(unit) });
    await untilOthersAreGone(scope);
    const { failure } = await rollBack(scope, unit, step, new Error("It was interrupted in an earlier execution"));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Whoever was interrupted may only be frozen; by then its lease has lapsed for certain, and it knows that itself. */
async function untilOthersAreGone({ runtime, othersGoneAt, signal }: ExecutionScope): Promise<void> {
  await runtime.sleep(Math.max(0, othersGoneAt - runtime.now()), signal);
  signal.throwIfAborted();
}

/**
 * The before steps of a change that failed go as well, the last one first; whatever becomes of that, the first error is the
 * one to report. Where it cannot be known how far a change came, nothing else is touched. What cannot be rolled back of
 * another change unit is an outcome of its own.
 */
async function rollBackBefores(
  scope: ExecutionScope,
  steps: readonly PlanStep[],
  failed: ChangeOutcome & { readonly failure: Failure },
): Promise<[ChangeOutcome, ...ChangeOutcome[]]> {
  let own: ChangeOutcome = failed;
  const others: ChangeOutcome[] = [];
  const isKnown = failed.failure.state !== "STARTED";
  for (const { unit } of isKnown ? steps.toReversed() : []) {
    if (unit.beforeExecution === null) continue;
    const { failure } = await rollBackStanding(scope, unit, "BEFORE_EXECUTION", failed.failure.error);
    if (failure === undefined) continue;
    if (unit === failed.unit) own = { ...failed, failure };
    else others.push({ unit, executionMillis: 0, attempts: 0, failure });
    if (failure.state === "STARTED") break;
  }
  return [own, ...others];
}
