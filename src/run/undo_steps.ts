import { recordError } from "../history/recorded_error.ts";
import type { UndoStep } from "../plan/undo_plan.ts";
import type { ChangeOutcome, Failure } from "./change_outcome.ts";
import { executeInTransaction, type TransactionTask } from "./execute_in_transaction.ts";
import { rollBackStanding } from "./execute_without_transaction.ts";
import { draftEntry, type ExecutionScope, referenceTo } from "./execution_scope.ts";

/** Undoes a change unit without a transaction. */
export async function undoAlone(scope: ExecutionScope, step: UndoStep): Promise<ChangeOutcome> {
  const { unit } = step;
  scope.listener({ type: "change.started", change: referenceTo(unit) });
  const startedAt = scope.runtime.now();
  const failure = await rollBackStanding(scope, unit, "EXECUTION") ?? await undoBefores(scope, [step]);
  return { unit, executionMillis: Math.round(scope.runtime.now() - startedAt), attempts: 1, failure };
}

/** What became of change units that were to be undone together. */
export interface UndoOutcomes {
  /** What was undone, and what failed. */
  readonly outcomes: readonly ChangeOutcome[];
  /** What ended the execution before it came to the rest; what was done until then has been done all the same. */
  readonly stopped?: { readonly error: unknown };
}

/** Undoes change units in one transaction, and then what their before steps did. */
export async function undoTogether(
  scope: ExecutionScope,
  steps: readonly [UndoStep, ...UndoStep[]],
): Promise<UndoOutcomes> {
  for (const { unit } of steps) scope.listener({ type: "change.started", change: referenceTo(unit) });
  const [first, ...others] = steps.map(taskOf);
  if (first === undefined) return { outcomes: [] };
  const tasks: [TransactionTask, ...TransactionTask[]] = [first, ...others];
  const outcome = await executeInTransaction(scope, tasks);
  if (!outcome.committed) {
    const { failed, error, attempts } = outcome;
    const step = steps.find(({ unit }) => unit === failed.unit) ?? steps[0];
    return { outcomes: [await recordStanding(scope, step, error, attempts)] };
  }
  const outcomes: ChangeOutcome[] = [];
  let stopped: UndoOutcomes["stopped"];
  for (const [index, step] of steps.entries()) {
    // All of them are committed: without a before step there is nothing left to do.
    if (stopped !== undefined && step.rollsBackBefore) continue;
    const { executionMillis, attempts } = outcome.entries[index] ?? {};
    try {
      const failure = await undoBefores(scope, [step]);
      outcomes.push({ unit: step.unit, executionMillis: executionMillis ?? 0, attempts: attempts ?? 1, failure });
    } catch (error) {
      stopped = { error };
    }
  }
  return stopped === undefined ? { outcomes } : { outcomes, stopped };
}

function taskOf({ unit }: UndoStep): TransactionTask {
  const method = unit.rollbackExecution;
  if (method === null) throw new TypeError(`The change unit "${unit.id}" cannot be undone`);
  return { unit, method, state: "ROLLED_BACK", recorded: true };
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

async function undoBefores(scope: ExecutionScope, steps: readonly UndoStep[]): Promise<Failure | undefined> {
  for (const { unit, rollsBackBefore } of steps) {
    if (!rollsBackBefore || unit.rollbackBeforeExecution === null) continue;
    const failure = await rollBackStanding(scope, unit, "BEFORE_EXECUTION");
    if (failure !== undefined) return failure;
  }
  return undefined;
}
