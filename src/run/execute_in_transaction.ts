import type { ChangeMethod, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { CommitUnknownError, PositionTakenError } from "../driver.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { callMethod } from "./call_method.ts";
import { draftEntry, type ExecutionScope, makeContext, MethodScope, referenceTo } from "./execution_scope.ts";
import { Backoff, classifyDeeply } from "./retry.ts";
import { TimeLimit } from "./time_limit.ts";

/** A method to call inside a transaction, and the state that it brings its change unit into. */
export interface TransactionTask {
  /** The change unit. */
  readonly unit: LoadedChangeUnit;
  /** One of its methods. */
  readonly method: ChangeMethod<object>;
  /** The state that its entry records. */
  readonly state: "EXECUTED" | "ROLLED_BACK";
  /** Whether its entry is added, or only its position claimed until the commit. */
  readonly recorded: boolean;
}

/** Either all tasks and all their entries were committed, or nothing of them. */
export type TransactionOutcome =
  | { readonly committed: true; readonly entries: readonly ChangeEntry[] }
  | {
    readonly committed: false;
    /** The task at which it failed. */
    readonly failed: TransactionTask;
    readonly error: unknown;
    readonly attempts: number;
  };

/** From this many conflicts on, somebody who is gone may still hold what the change unit needs. */
const EVICT_AFTER_TRIES = 3;

/** Runs tasks and adds their entries in one transaction, with as many attempts as write conflicts ask for. */
export async function executeInTransaction(
  scope: ExecutionScope,
  tasks: readonly [TransactionTask, ...TransactionTask[]],
): Promise<TransactionOutcome> {
  const { log, runtime, signal } = scope;
  const backoff = new Backoff(runtime, scope.budgetMs);
  for (let attempts = 1;; attempts++) {
    if (attempts > 1) {
      scope.listener({ type: "change.retrying", change: referenceTo(tasks[0].unit), attempt: attempts });
    }
    const attempt = await attemptTransaction(scope, tasks, attempts);
    const { entries, error } = attempt;
    if (error !== undefined && isInDoubt(error.cause) && !tasks[0].recorded) {
      return { committed: false, failed: tasks[0], error: error.cause, attempts };
    }
    const committed = error === undefined || await isCommittedAfterAll(scope, attempt);
    if (committed) {
      if (tasks[0].recorded) { for (const entry of entries) log.advance(entry); }
      return { committed, entries };
    }
    const isOver = signal.aborted || backoff.isOver();
    if (isOver || !(isInDoubt(error.cause) || isWorthAnotherAttempt(scope, error.cause))) {
      return { committed, failed: error.task, error: error.cause, attempts };
    }
    await backoff.wait(signal);
    if (backoff.tries === EVICT_AFTER_TRIES) await log.evict();
  }
}

interface Attempt {
  /** The entries of the tasks that came to their end. */
  readonly entries: readonly ChangeEntry[];
  /** What was thrown and at which task; undefined when it was committed. */
  readonly error: { readonly task: TransactionTask; readonly cause: unknown } | undefined;
}

async function attemptTransaction(
  scope: ExecutionScope,
  tasks: readonly [TransactionTask, ...TransactionTask[]],
  attempts: number,
): Promise<Attempt> {
  const { driver, signal } = scope;
  const entries: ChangeEntry[] = [];
  let task = tasks[0];
  const method = new MethodScope(() => task.unit.id, () => signal.throwIfAborted());
  try {
    await driver.transaction(async ({ context, append, fence }) => {
      for (task of tasks) {
        using limit = new TimeLimit(task.unit, signal, scope.runtime);
        method.limitTo(limit.signal);
        const limited = { ...scope, signal: limit.signal };
        const entry = await runTask(limited, task, attempts, context, entries.at(-1));
        entries.push(entry);
        await (task.recorded ? append(entry) : fence(entry));
      }
    }, method.guard);
    return { entries, error: undefined };
  } catch (cause) {
    return { entries, error: { task, cause } };
  } finally {
    method.end();
  }
}

async function runTask(
  scope: ExecutionScope,
  { unit, method, state }: TransactionTask,
  attempts: number,
  given: object,
  before: ChangeEntry | undefined,
): Promise<ChangeEntry> {
  const { runtime, signal, log } = scope;
  const startedAt = runtime.now();
  await callMethod(method, makeContext(scope, unit, attempts, given), signal, runtime);
  const executionMillis = Math.round(runtime.now() - startedAt);
  return await log.seal(draftEntry(scope, unit, { type: "EXECUTION", state, executionMillis, attempts }), before);
}

/** Whether nobody can say without a look at the log if the transaction was committed. */
export function isInDoubt(error: unknown): boolean {
  return error instanceof CommitUnknownError || error instanceof PositionTakenError;
}

async function isCommittedAfterAll(scope: ExecutionScope, { entries, error }: Attempt): Promise<boolean> {
  const [first] = entries;
  if (first === undefined || !isInDoubt(error?.cause)) return false;
  return await scope.log.settle(first, draftEntry(scope, null, { type: "RUN", state: "STARTED" })) === "committed";
}

/** A lost connection in front of the commit has changed nothing either: the transaction cannot commit any more. */
function isWorthAnotherAttempt({ driver }: ExecutionScope, error: unknown): boolean {
  return classifyDeeply((each) => driver.classify(each), error) !== "permanent";
}
