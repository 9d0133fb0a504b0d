import type { ChangeMethod, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import type { ChangeState } from "../history/change_entry.ts";
import { recordError } from "../history/recorded_error.ts";
import { callMethod, UnsettledError } from "./call_method.ts";
import type { ChangeOutcome, Failure } from "./change_outcome.ts";
import type { Step } from "./events.ts";
import {
  draftEntry,
  type EntryDetails,
  type ExecutionScope,
  makeContext,
  MethodScope,
  referenceTo,
} from "./execution_scope.ts";
import { classifyDeeply } from "./retry.ts";
import { TimeLimit } from "./time_limit.ts";

/**
 * Executes a change, or the step before it, without a transaction: what was begun is recorded before, the outcome after. A
 * failure is undone by its own rollback method at once.
 */
export async function executeWithoutTransaction(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
): Promise<ChangeOutcome> {
  const { runtime } = scope;
  await record(scope, unit, step, { state: "STARTED" });
  const startedAt = runtime.now();
  const elapsed = () => ({ unit, executionMillis: Math.round(runtime.now() - startedAt), attempts: 1 });
  try {
    using limit = new TimeLimit(unit, scope.signal, runtime);
    await callStep(scope, unit, methodOf(unit, step), limit.signal);
  } catch (error) {
    if (isUnknown(scope, error)) return { ...elapsed(), failure: { state: "STARTED", error } };
    const failure = await rollBack(scope, unit, step, error);
    return { ...elapsed(), failure: failure ?? { state: "ROLLED_BACK", error } };
  }
  const { executionMillis, attempts } = elapsed();
  await record(scope, unit, step, { state: "EXECUTED", executionMillis, attempts });
  return { unit, executionMillis, attempts, failure: undefined };
}

/**
 * Runs the rollback method of a step whose last state is `STARTED`, and records the outcome; undefined when all went well. A
 * cancelled execution still does this: leaving half a change behind is worse than a moment more.
 */
export async function rollBack(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  cause?: unknown,
): Promise<Failure | undefined> {
  const change = referenceTo(unit);
  scope.listener({ type: "rollback.started", change, step });
  const failure = await rollBackQuietly(scope, unit, step, cause);
  scope.listener({ type: "rollback.ended", change, step, error: failure?.error });
  return failure;
}

async function rollBackQuietly(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  cause: unknown,
): Promise<Failure | undefined> {
  const rollback = step === "EXECUTION" ? unit.rollbackExecution : unit.rollbackBeforeExecution;
  if (rollback === null) {
    await record(scope, unit, step, { state: "ROLLBACK_FAILED", error: recordError(cause) });
    return { state: "ROLLBACK_FAILED", error: cause };
  }
  try {
    await callStep(scope, unit, rollback, new AbortController().signal);
  } catch (rollbackError) {
    const error = bothErrors(cause, rollbackError);
    if (isUnknown(scope, rollbackError)) return { state: "STARTED", error };
    const recorded = cause === undefined ? recordError(rollbackError) : recordError(cause, rollbackError);
    await record(scope, unit, step, { state: "ROLLBACK_FAILED", error: recorded });
    return { state: "ROLLBACK_FAILED", error };
  }
  await record(scope, unit, step, {
    state: "ROLLED_BACK",
    ...(cause === undefined ? {} : { error: recordError(cause) }),
  });
  return undefined;
}

/** Rolls back what stands. It is marked as begun first, so that a crash in the middle is noticed. */
export async function rollBackStanding(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  cause?: unknown,
): Promise<Failure | undefined> {
  await record(scope, unit, step, { state: "STARTED" });
  return await rollBack(scope, unit, step, cause);
}

/** The error of a rollback does not hide the one that made it necessary. */
function bothErrors(cause: unknown, rollbackError: unknown): unknown {
  if (cause === undefined) return rollbackError;
  const message = `${messageOf(cause)}; its rollback failed as well: ${messageOf(rollbackError)}`;
  return new AggregateError([cause, rollbackError], message);
}

function methodOf(unit: LoadedChangeUnit, step: Step): ChangeMethod<object> {
  if (step === "EXECUTION") return unit.execution;
  if (unit.beforeExecution === null) throw new TypeError(`The change unit "${unit.id}" has no before step`);
  return unit.beforeExecution;
}

async function callStep(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  method: ChangeMethod<object>,
  signal: AbortSignal,
) {
  const { driver, lock, runtime } = scope;
  const methodScope = new MethodScope(() => unit.id, () => {
    lock.check();
    signal.throwIfAborted();
  });
  try {
    const context = makeContext({ ...scope, signal }, unit, 1, driver.context(methodScope.guard));
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
  unit: LoadedChangeUnit,
  type: Step,
  details: Omit<EntryDetails, "type"> & { readonly state: ChangeState },
): Promise<void> {
  await scope.log.append(draftEntry(scope, unit, { type, ...details }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
