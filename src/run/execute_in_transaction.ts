import type { ChangeUnit } from "../change_unit/change_unit.ts";
import { CommitUnknownError, PositionTakenError } from "../driver.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { recordError } from "../history/recorded_error.ts";
import { callMethod } from "./call_method.ts";
import type { ChangeOutcome } from "./change_outcome.ts";
import { draftEntry, type ExecutionScope, makeContext, MethodScope, referenceTo } from "./execution_scope.ts";
import { Backoff, classifyDeeply } from "./retry.ts";

/** From this many conflicts on, somebody who is gone may still hold what the change unit needs. */
const EVICT_AFTER_TRIES = 3;

/**
 * Executes a change unit and adds its entry in one transaction, with as many attempts as write conflicts ask for. A failure
 * is recorded after the transaction was rolled back, and therefore stays.
 */
export async function executeInTransaction(scope: ExecutionScope, unit: ChangeUnit): Promise<ChangeOutcome> {
  const { log, runtime, signal } = scope;
  const backoff = new Backoff(runtime, scope.budgetMs);
  for (let attempt = 1;; attempt++) {
    if (attempt > 1) scope.listener({ type: "change.retrying", change: referenceTo(unit), attempt });
    const made = await attemptTransaction(scope, unit, attempt);
    if (made.committed) {
      log.advance(made.entry);
      return executed(made.entry);
    }
    if (made.isInDoubt) {
      const fence = draftEntry(scope, null, { type: "RUN", state: "STARTED" });
      if (await log.settle(made.entry, fence) === "committed") return executed(made.entry);
    }
    const isOver = signal.aborted || backoff.isOver();
    if (isOver || !(made.isInDoubt || isWorthAnotherAttempt(scope, made.error))) {
      return await recordFailure(scope, unit, made.error, attempt);
    }
    await backoff.wait(signal);
    if (backoff.tries === EVICT_AFTER_TRIES) await log.evict();
  }
}

type Attempt =
  | { readonly committed: true; readonly entry: ChangeEntry }
  | { readonly committed: false; readonly isInDoubt: true; readonly entry: ChangeEntry; readonly error: unknown }
  | { readonly committed: false; readonly isInDoubt: false; readonly error: unknown };

async function attemptTransaction(scope: ExecutionScope, unit: ChangeUnit, attempt: number): Promise<Attempt> {
  const { driver, runtime, signal, log } = scope;
  const method = new MethodScope(unit, () => signal.throwIfAborted());
  let entry: ChangeEntry | undefined;
  try {
    await driver.transaction(async (transaction) => {
      const startedAt = runtime.now();
      await callMethod(unit.execution, makeContext(scope, unit, attempt, transaction.context), signal, runtime);
      const executionMillis = Math.round(runtime.now() - startedAt);
      const details = { type: "EXECUTION", state: "EXECUTED", executionMillis, attempts: attempt } as const;
      entry = await log.seal(draftEntry(scope, unit, details));
      await transaction.append(entry);
    }, method.guard);
    if (entry === undefined) throw new TypeError("The driver did not run the work of its transaction");
    return { committed: true, entry };
  } catch (error) {
    const isInDoubt = error instanceof CommitUnknownError || error instanceof PositionTakenError;
    return isInDoubt && entry !== undefined
      ? { committed: false, isInDoubt, entry, error }
      : { committed: false, isInDoubt: false, error };
  } finally {
    method.end();
  }
}

function executed({ executionMillis, attempts }: ChangeEntry): ChangeOutcome {
  return { state: "EXECUTED", executionMillis: executionMillis ?? 0, attempts: attempts ?? 1 };
}

/** A lost connection in front of the commit has changed nothing either: the transaction cannot commit any more. */
function isWorthAnotherAttempt({ driver }: ExecutionScope, error: unknown): boolean {
  return classifyDeeply((each) => driver.classify(each), error) !== "permanent";
}

async function recordFailure(scope: ExecutionScope, unit: ChangeUnit, error: unknown, attempts: number) {
  const details = { type: "EXECUTION", state: "FAILED", attempts, error: recordError(error) } as const;
  await scope.log.append(draftEntry(scope, unit, details));
  return { state: "FAILED", error } as const;
}
