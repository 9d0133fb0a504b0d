import type { ChangeMethod, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import type { ErrorClass } from "../driver.ts";
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
import { Backoff, classifyDeeply, EVICT_AFTER_TRIES } from "./retry.ts";
import { TimeLimit } from "./time_limit.ts";

/**
 * Executes a change, or the step before it, without a transaction: what was begun is recorded before, the outcome after. A
 * failure is undone by its own rollback method at once.
 */
export async function executeWithoutTransaction(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  method: ChangeMethod<object>,
): Promise<ChangeOutcome> {
  const { runtime } = scope;
  await record(scope, unit, step, { state: "STARTED" });
  const startedAt = runtime.now();
  const elapsed = () => ({ unit, executionMillis: Math.round(runtime.now() - startedAt), attempts: 1 });
  try {
    using limit = new TimeLimit(unit, scope.signal, runtime);
    await callStep(scope, unit, { method, signal: limit.signal, attempt: 1 });
  } catch (error) {
    if (isUnknown(scope, error)) return { ...elapsed(), failure: { state: "STARTED", error } };
    const { failure } = await rollBack(scope, unit, step, error);
    return { ...elapsed(), failure: failure ?? { state: "ROLLED_BACK", error } };
  }
  const { executionMillis, attempts } = elapsed();
  await record(scope, unit, step, { state: "EXECUTED", executionMillis, attempts });
  return { unit, executionMillis, attempts, failure: undefined };
}

/** What became of a rollback. */
export interface RollbackOutcome {
  /** How many attempts it took; none where there is no rollback method. */
  readonly attempts: number;
  /** What went wrong, or undefined. */
  readonly failure: Failure | undefined;
}

/**
 * Runs the rollback method of a step whose last state is `STARTED`, and records the outcome. A cancelled execution still does
 * this: leaving half a change behind is worse than a moment more.
 */
export async function rollBack(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  cause?: unknown,
): Promise<RollbackOutcome> {
  const change = referenceTo(unit);
  scope.listener({ type: "rollback.started", change, step });
  const outcome = await rollBackQuietly(scope, unit, step, cause);
  scope.listener({ type: "rollback.ended", change, step, error: outcome.failure?.error });
  return outcome;
}

async function rollBackQuietly(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  cause: unknown,
): Promise<RollbackOutcome> {
  const method = step === "EXECUTION" ? unit.rollbackExecution : unit.rollbackBeforeExecution;
  if (method === null) {
    await record(scope, unit, step, { state: "ROLLBACK_FAILED", error: recordError(cause) });
    return { attempts: 0, failure: { state: "ROLLBACK_FAILED", error: cause } };
  }
  const { attempts, thrown } = await callUntilLasting(scope, unit, step, method);
  if (thrown === undefined) {
    const error = cause === undefined ? {} : { error: recordError(cause) };
    await record(scope, unit, step, { state: "ROLLED_BACK", attempts, ...error });
    return { attempts, failure: undefined };
  }
  const error = bothErrors(cause, thrown.error);
  if (thrown.isUnknown) return { attempts, failure: { state: "STARTED", error } };
  const recorded = cause === undefined ? recordError(thrown.error) : recordError(cause, thrown.error);
  await record(scope, unit, step, { state: "ROLLBACK_FAILED", attempts, error: recorded });
  return { attempts, failure: { state: "ROLLBACK_FAILED", error } };
}

interface Thrown {
  readonly error: unknown;
  readonly isUnknown: boolean;
}

/**
 * Calls a rollback method, again and again while a write conflict or a locked database is in its way: it looks before it
 * undoes, since it also runs after a crash. Nobody is there to decide at night, so a cancelled execution tries on as well.
 */
async function callUntilLasting(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  method: ChangeMethod<object>,
): Promise<{ readonly attempts: number; readonly thrown: Thrown | undefined }> {
  const { signal } = new AbortController();
  const backoff = new Backoff(scope.runtime, scope.budgetMs);
  for (let attempt = 1;; attempt++) {
    if (attempt > 1) scope.listener({ type: "rollback.retrying", change: referenceTo(unit), step, attempt });
    try {
      await callStep(scope, unit, { method, signal, attempt });
      return { attempts: attempt, thrown: undefined };
    } catch (error) {
      const thrown = { error, isUnknown: isUnknown(scope, error) };
      const isWorthIt = !thrown.isUnknown && classOf(scope, error) === "transient";
      if (!isWorthIt || backoff.isOver()) return { attempts: attempt, thrown };
    }
    await backoff.wait();
    if (backoff.tries === EVICT_AFTER_TRIES) await scope.log.evict();
  }
}

/** Rolls back what stands. It is marked as begun first, so that a crash in the middle is noticed. */
export async function rollBackStanding(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  step: Step,
  cause?: unknown,
): Promise<RollbackOutcome> {
  await record(scope, unit, step, { state: "STARTED" });
  return await rollBack(scope, unit, step, cause);
}

/** The error of a rollback does not hide the one that made it necessary. */
function bothErrors(cause: unknown, rollbackError: unknown): unknown {
  if (cause === undefined) return rollbackError;
  const message = `${messageOf(cause)}; its rollback failed as well: ${messageOf(rollbackError)}`;
  return new AggregateError([cause, rollbackError], message);
}

async function callStep(
  scope: ExecutionScope,
  unit: LoadedChangeUnit,
  { method, signal, attempt }: {
    readonly method: ChangeMethod<object>;
    readonly signal: AbortSignal;
    readonly attempt: number;
  },
): Promise<void> {
  const { driver, lock, runtime } = scope;
  const methodScope = new MethodScope(() => unit.id, () => {
    lock.check();
    signal.throwIfAborted();
  });
  try {
    const context = makeContext({ ...scope, signal }, unit, attempt, driver.context(methodScope.guard));
    await callMethod(method, context, signal, runtime);
  } finally {
    methodScope.end();
  }
}

/** Nobody can say what was done: a reply was lost, the method is still running, or another execution may be at work. */
function isUnknown(scope: ExecutionScope, error: unknown): boolean {
  try {
    scope.lock.check();
  } catch {
    return true;
  }
  return error instanceof UnsettledError || classOf(scope, error) === "unknown";
}

function classOf({ driver }: ExecutionScope, error: unknown): ErrorClass {
  return classifyDeeply((each) => driver.classify(each), error);
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
