import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { recordError } from "../history/recorded_error.ts";
import type { UndoStep } from "../plan/undo_plan.ts";
import type { ChangeOutcome, Failure } from "./change_outcome.ts";
import { executeInTransaction, type TransactionTask } from "./execute_in_transaction.ts";
import { rollBackStanding } from "./execute_without_transaction.ts";
import { draftEntry, type ExecutionScope, referenceTo } from "./execution_scope.ts";

/** What became of change units that were to be undone together. */
export interface UndoOutcomes {
  /** What was undone, and what failed. */
  readonly outcomes: readonly ChangeOutcome[];
  /** What ended the execution before it came to the rest; what was done until then has been done all the same. */
  readonly stopped: { readonly error: unknown } | undefined;
}

/** The rollback of a change that is part of a transaction. */
interface UndoTask extends TransactionTask {
  readonly step: UndoStep;
}

/** Undoes change units: what can be in one transaction, and then the rest of each, which is what its before step did. */
export async function undoSteps(scope: ExecutionScope, steps: readonly UndoStep[]): Promise<UndoOutcomes> {
  for (const { unit } of steps) scope.listener({ type: "change.started", change: referenceTo(unit) });
  const [first, ...others] = steps.flatMap(tasksOf);
  const committed = new Map<LoadedChangeUnit, ChangeOutcome>();
  if (first !== undefined) {
    const outcome = await executeInTransaction(scope, [first, ...others]);
    if (!outcome.committed) {
      const { failed: { step }, error, attempts } = outcome;
      return { outcomes: [await recordStanding(scope, step, error, attempts)], stopped: undefined };
    }
    for (const each of outcome.outcomes) committed.set(each.unit, each);
  }
  const outcomes: ChangeOutcome[] = [];
  let stopped: UndoOutcomes["stopped"];
  for (const step of steps) {
    const done = committed.get(step.unit);
    const rest = step.rollsBack.filter((each) => done === undefined || each !== "EXECUTION");
    // What is committed and has no before step is undone whatever comes in between.
    if (stopped !== undefined && rest.length > 0) continue;
    try {
      outcomes.push(await undoRest(scope, { ...step, rollsBack: rest }, done));
    } catch (error) {
      stopped = { error };
    }
  }
  return { outcomes, stopped };
}

function tasksOf(step: UndoStep): UndoTask[] {
  const { unit, transactional } = step;
  const method = transactional ? unit.rollbackExecution : null;
  return method === null ? [] : [{ unit, method, state: "ROLLED_BACK", recorded: true, step }];
}

/** Rolls back one after the other what no transaction has. */
async function undoRest(
  scope: ExecutionScope,
  { unit, rollsBack }: UndoStep,
  done: ChangeOutcome | undefined,
): Promise<ChangeOutcome> {
  const startedAt = scope.runtime.now();
  let attempts = 0;
  let failure: Failure | undefined;
  for (const step of rollsBack) {
    const outcome = await rollBackStanding(scope, unit, step);
    attempts = Math.max(attempts, outcome.attempts);
    failure = outcome.failure;
    if (failure !== undefined) break;
  }
  const executionMillis = Math.round(scope.runtime.now() - startedAt);
  return done === undefined ? { unit, executionMillis, attempts, failure } : { ...done, failure };
}

/** The transaction of the undo was rolled back: the change stands as it was executed, and the history says why. */
async function recordStanding(
  scope: ExecutionScope,
  { unit, checksum, change }: UndoStep,
  error: unknown,
  attempts: number,
): Promise<ChangeOutcome> {
  // One that stands by an earlier run but has failed since is still to run again.
  const state = change.state === "FAILED" ? "FAILED" : "EXECUTED";
  const details = { type: "EXECUTION", state, attempts, error: recordError(error) } as const;
  await scope.log.append(draftEntry(scope, { ...unit, checksum }, details));
  return { unit, executionMillis: 0, attempts, failure: { state, error } };
}
