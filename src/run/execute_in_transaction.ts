import type { ChangeMethod, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { CommitUnknownError, PositionTakenError } from "../driver.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { callMethod } from "./call_method.ts";
import type { ChangeOutcome } from "./change_outcome.ts";
import { draftEntry, type ExecutionScope, makeContext, MethodScope, referenceTo } from "./execution_scope.ts";
import { Backoff, classifyDeeply, EVICT_AFTER_TRIES } from "./retry.ts";
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
export type TransactionOutcome<Task extends TransactionTask> =
  | {
    readonly committed: true;
    /** What became of each task, in their order. */
    readonly outcomes: readonly ChangeOutcome[];
  }
  | {
    readonly committed: false;
    /** The task at which it failed. */
    readonly failed: Task;
    readonly error: unknown;
    readonly attempts: number;
  };

/** Runs tasks and adds their entries in one transaction, with as many attempts as write conflicts ask for. */
export async function executeInTransaction<Task extends TransactionTask>(
  scope: ExecutionScope,
  tasks: readonly [Task, ...Task[]],
): Promise<TransactionOutcome<Task>> {
  const { log, runtime, signal } = scope;
  const backoff = new Backoff(runtime, scope.budgetMs);
  for (let attempts = 1;; attempts++) {
    if (attempts > 1) {
      scope.listener({ type: "change.retrying", change: referenceTo(tasks[0].unit), attempt: attempts });
    }
    const attempt = await attemptTransaction(scope, tasks, attempts);
    const { entries, outcomes, error } = attempt;
    if (error !== undefined && isInDoubt(error.cause) && !tasks[0].recorded) {
      return { committed: false, failed: tasks[0], error: error.cause, attempts };
    }
    const committed = error === undefined || await isCommittedAfterAll(scope, attempt);
    if (committed) {
      if (tasks[0].recorded) { for (const entry of entries) log.advance(entry); }
      return { committed, outcomes };
    }
    const isOver = signal.aborted || backoff.isOver();
    if (isOver || !(isInDoubt(error.cause) || isWorthAnotherAttempt(scope, error.cause))) {
      return { committed, failed: error.task, error: error.cause, attempts };
    }
    await backoff.wait(signal);
    if (backoff.tries === EVICT_AFTER_TRIES) await log.evict();
  }
}

interface Attempt<Task> {
  /** The entries of the tasks that came to their end. */
  readonly entries: readonly ChangeEntry[];
  /** What becomes of them with the commit. */
  readonly outcomes: readonly ChangeOutcome[];
  /** What was thrown and at which task; undefined when it was committed. */
  readonly error: { readonly task: Task; readonly cause: unknown } | undefined;
}

async function attemptTransaction<Task extends TransactionTask>(
  scope: ExecutionScope,
  tasks: readonly [Task, ...Task[]],
  attempts: number,
): Promise<Attempt<Task>> {
  const { driver, signal } = scope;
  const entries: ChangeEntry[] = [];
  const outcomes: ChangeOutcome[] = [];
  let task = tasks[0];
  const method = new MethodScope(() => task.unit.id, () => signal.throwIfAborted());
  try {
    await driver.transaction(async ({ context, append, fence }) => {
      for (task of tasks) {
        using limit = new TimeLimit(task.unit, signal, scope.runtime);
        method.limitTo(limit.signal);
        const limited = { ...scope, signal: limit.signal };
        const executionMillis = await runTask(limited, task, attempts, context);
        const details = { type: "EXECUTION", state: task.state, executionMillis, attempts } as const;
        const entry = await scope.log.seal(draftEntry(scope, task.unit, details), entries.at(-1));
        entries.push(entry);
        outcomes.push({ unit: task.unit, executionMillis, attempts, failure: undefined });
        await (task.recorded ? append(entry) : fence(entry));
      }
    }, method.guard);
    return { entries, outcomes, error: undefined };
  } catch (cause) {
    return { entries, outcomes, error: { task, cause } };
  } finally {
    method.end();
  }
}

/** Calls the method of a task, and gives how long it took in milliseconds. */
async function runTask(
  scope: ExecutionScope,
  { unit, method }: TransactionTask,
  attempts: number,
  given: object,
): Promise<number> {
  const { runtime, signal } = scope;
  const startedAt = runtime.now();
  await callMethod(method, makeContext(scope, unit, attempts, given), signal, runtime);
  return Math.round(runtime.now() - startedAt);
}

/** Whether nobody can say without a look at the log if the transaction was committed. */
export function isInDoubt(error: unknown): boolean {
  return error instanceof CommitUnknownError || error instanceof PositionTakenError;
}

async function isCommittedAfterAll(scope: ExecutionScope, { entries, error }: Attempt<unknown>): Promise<boolean> {
  const [first] = entries;
  if (first === undefined || !isInDoubt(error?.cause)) return false;
  return await scope.log.settle(first, draftEntry(scope, null, { type: "RUN", state: "STARTED" })) === "committed";
}

/** A lost connection in front of the commit has changed nothing either: the transaction cannot commit any more. */
function isWorthAnotherAttempt({ driver }: ExecutionScope, error: unknown): boolean {
  return classifyDeeply((each) => driver.classify(each), error) !== "permanent";
}
