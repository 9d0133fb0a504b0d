import type { ChangeMethod, ChangeUnit } from "../change_unit/change_unit.ts";
import type { ChangeState, EntryType } from "../history/change_entry.ts";
import { recordError } from "../history/recorded_error.ts";
import { callMethod, UnsettledError } from "./call_method.ts";
import type { ChangeOutcome, FailedOutcome } from "./change_outcome.ts";
import { draftEntry, type EntryDetails, type ExecutionScope, makeContext, MethodScope } from "./execution_scope.ts";
import { classifyDeeply } from "./retry.ts";

/** A change itself, or the step before it. */
export type Step = Exclude<EntryType, "RUN">;

/**
 * Executes a change, or the step before it, without a transaction: what was begun is recorded before, the outcome after. A
 * failure is undone by its own rollback method at once.
 */
export async function executeWithoutTransaction(
  scope: ExecutionScope,
  unit: ChangeUnit,
  step: Step,
): Promise<ChangeOutcome> {
  const { runtime } = scope;
  await record(scope, unit, step, { state: "STARTED" });
  const startedAt = runtime.now();
  try {
    await callStep(scope, unit, methodOf(unit, step), scope.signal);
  } catch (error) {
    if (isUnknown(scope, error)) return { state: "STARTED", error };
    return await rollBack(scope, unit, step, error);
  }
  const executionMillis = Math.round(runtime.now() - startedAt);
  await record(scope, unit, step, { state: "EXECUTED", executionMillis, attempts: 1 });
  return { state: "EXECUTED", executionMillis, attempts: 1 };
}

/**
 * Runs the rollback method of a step whose last state is `STARTED`, and records the outcome. A cancelled execution still does
 * this: leaving half a change behind is worse than a moment more.
 */
export async function rollBack(
  scope: ExecutionScope,
  unit: ChangeUnit,
  step: Step,
  error: unknown,
): Promise<FailedOutcome> {
  const rollback = step === "EXECUTION" ? unit.rollbackExecution : unit.rollbackBeforeExecution;
  if (rollback === null) {
    await record(scope, unit, step, { state: "ROLLBACK_FAILED", error: recordError(error) });
    return { state: "ROLLBACK_FAILED", error };
  }
  try {
    await callStep(scope, unit, rollback, new AbortController().signal);
  } catch (rollbackError) {
    const failed = new AggregateError([error, rollbackError], `${messageOf(error)}; its rollback failed as well`);
    if (isUnknown(scope, rollbackError)) return { state: "STARTED", error: failed };
    await record(scope, unit, step, { state: "ROLLBACK_FAILED", error: recordError(error, rollbackError) });
    return { state: "ROLLBACK_FAILED", error: failed };
  }
  await record(scope, unit, step, { state: "ROLLED_BACK", error: recordError(error) });
  return { state: "ROLLED_BACK", error };
}

/** Says that a before step that stands is about to be rolled back, so that a crash in the middle is noticed. */
export async function beginRollback(scope: ExecutionScope, unit: ChangeUnit): Promise<void> {
  await record(scope, unit, "BEFORE_EXECUTION", { state: "STARTED" });
}

function methodOf(unit: ChangeUnit, step: Step): ChangeMethod<object> {
  if (step === "EXECUTION") return unit.execution;
  if (unit.beforeExecution === null) throw new TypeError(`The change unit "${unit.id}" has no before step`);
  return unit.beforeExecution;
}

async function callStep(scope: ExecutionScope, unit: ChangeUnit, method: ChangeMethod<object>, signal: AbortSignal) {
  const { driver, lock, runtime } = scope;
  const methodScope = new MethodScope(unit, () => {
    lock.check();
    signal.throwIfAborted();
  });
  try {
    const context = makeContext(scope, unit, 1, driver.context(methodScope.guard));
    await callMethod(method, context, signal, runtime);
  } finally {
    methodScope.end();
  }
}

/** Nobody can say what was done: a reply was lost, the method is still running, or another execution may be at work. */
function isUnknown({ driver, lock }: ExecutionScope, error: unknown): boolean {
  try {
    lock.check();
  } catch {
    return true;
  }
  if (error instanceof UnsettledError) return true;
  return classifyDeeply((each) => driver.classify(each), error) === "unknown";
}

async function record(
  scope: ExecutionScope,
  unit: ChangeUnit,
  type: Step,
  details: Omit<EntryDetails, "type"> & { readonly state: ChangeState },
): Promise<void> {
  await scope.log.append(draftEntry(scope, unit, { type, ...details }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
