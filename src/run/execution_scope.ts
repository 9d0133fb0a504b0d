import type { ChangeContext } from "../change_unit/context.ts";
import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { scriptContext } from "../change_unit/sql_method.ts";
import type { Driver, Guard } from "../driver.ts";
import { MigrationError } from "../errors.ts";
import type { ChangeState, Comment, EntryDraft, EntryType, RecordedError } from "../history/change_entry.ts";
import type { ChangeReference, Operation } from "../report.ts";
import { addDependencies, type Dependencies } from "./dependencies.ts";
import type { RunnerListener } from "./events.ts";
import { runScript } from "./run_script.ts";
import type { HistoryLog } from "./history_log.ts";
import type { Lock } from "./lock.ts";
import type { Runtime } from "./runtime.ts";

/** Everything an execution needs while it carries out its plan. */
export interface ExecutionScope {
  /** The driver. */
  readonly driver: Driver<object>;
  /** Time and randomness. */
  readonly runtime: Runtime;
  /** The end of the log. */
  readonly log: HistoryLog;
  /** The lock. */
  readonly lock: Lock;
  /** Aborted when the execution is cancelled or has lost its lock, with an error as the reason. */
  readonly signal: AbortSignal;
  /** The id of the execution. */
  readonly executionId: string;
  /** What kind of operation it is. */
  readonly operation: Operation;
  /** Where it runs. */
  readonly hostname: string;
  /** Who asked for this by hand, and why; null where nobody did. */
  readonly comment: Comment | null;
  /** What every entry carries. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** How long to try again after a write conflict or a lost connection, in milliseconds. */
  readonly budgetMs: number;
  /** When everybody before this execution has let go of what is outside of transactions, by the clock of the runtime. */
  readonly othersGoneAt: number;
  /** Hears what happens. */
  readonly listener: RunnerListener;
  /** What change units get beside what driver and core give. */
  readonly dependencies: Dependencies;
  /** The change unit behind which nothing is left to do, and what its entry says of that. */
  readonly settling: Settling | null;
}

/** What the entry of one change unit says of all of them. */
export interface Settling {
  /** The last change unit. */
  readonly unit: EntrySubject;
  /** The digest of everything that the source has. */
  readonly digest: string;
}

/** What an entry says beside what is the same for the whole execution. */
export interface EntryDetails {
  /** What the entry is about. */
  readonly type: EntryType;
  /** The state it brings that into. */
  readonly state: ChangeState;
  /** How long it took, in milliseconds. */
  readonly executionMillis?: number;
  /** How many attempts it took. */
  readonly attempts?: number;
  /** What went wrong. */
  readonly error?: RecordedError;
}

type EntryScope = Pick<
  ExecutionScope,
  "driver" | "lock" | "executionId" | "operation" | "hostname" | "comment" | "metadata" | "settling"
>;

/** What an entry says of the change unit that it is about. */
export type EntrySubject = Pick<
  LoadedChangeUnit,
  "id" | "author" | "order" | "file" | "checksum" | "systemVersion" | "runAlways"
>;

/** Drafts an entry of an execution; without a change unit it is its `RUN` entry. */
export function draftEntry(scope: EntryScope, unit: EntrySubject | null, details: EntryDetails): EntryDraft {
  const { settling } = scope;
  const isLast = settling !== null && settling.unit === unit;
  const settles = isLast && details.type === "EXECUTION" && details.state === "EXECUTED";
  return {
    executionId: scope.executionId,
    operation: scope.operation,
    type: details.type,
    state: details.state,
    changeId: unit?.id ?? null,
    author: unit?.author ?? null,
    order: unit?.order ?? null,
    file: unit?.file ?? null,
    checksum: unit?.checksum ?? null,
    systemVersion: unit?.systemVersion ?? null,
    runAlways: unit?.runAlways ?? null,
    timestamp: new Date(scope.lock.databaseTime()).toISOString(),
    executionMillis: details.executionMillis ?? null,
    attempts: details.attempts ?? null,
    executionHostname: scope.hostname,
    session: unit === null ? scope.driver.session : null,
    comment: scope.comment,
    metadata: scope.metadata,
    error: details.error ?? null,
    settled: settles ? settling.digest : null,
  };
}

/** Names a change unit and nothing else of it. */
export function referenceTo({ id, author, order, file }: ChangeReference): ChangeReference {
  return { id, author, order, file };
}

/** What one call of a method of a change unit may use, and for how long. */
export class MethodScope {
  /** Throws when the database may not be used any more. */
  readonly guard: Guard;
  #ended = false;
  #limit: AbortSignal | undefined;

  /** Makes the scope for the change unit with an id; `check` says what must hold beside that the method has not ended. */
  constructor(id: () => string, check: Guard) {
    this.guard = () => {
      if (this.#ended) {
        const message = `The change unit "${id()}" uses the database after its method has ended: await every call`;
        throw new MigrationError("CONTEXT_ENDED", message);
      }
      this.#limit?.throwIfAborted();
      check();
    };
  }

  /** From here on every use of the database throws when this signal has aborted. */
  limitTo(signal: AbortSignal): void {
    this.#limit = signal;
  }

  /** From here on every use of the database throws. */
  end(): void {
    this.#ended = true;
  }
}

/** What a method of a change unit gets: what the driver gives, what the core gives, and what was registered. */
export function makeContext(
  scope: Pick<ExecutionScope, "driver" | "executionId" | "signal" | "metadata" | "listener" | "dependencies">,
  unit: LoadedChangeUnit,
  attempt: number,
  given: object,
): object {
  const change = referenceTo(unit);
  const context: ChangeContext = {
    changeUnit: change,
    executionId: scope.executionId,
    attempt,
    signal: scope.signal,
    metadata: scope.metadata ?? {},
    log: (message) => scope.listener({ type: "change.log", change, message: String(message) }),
    progress: (done, total) => scope.listener({ type: "change.progress", change, done, total: total ?? null }),
  };
  const scripts = scriptContext((script) => runScript(scope.driver, given, script));
  return addDependencies({ ...given, ...scripts, ...context }, scope.dependencies);
}
