import { DatabaseError, ExecutionError, InterruptedError, PlanError } from "../errors.ts";
import type { ChangeEntry, Comment } from "../history/change_entry.ts";
import type { History } from "../history/history.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { Plan } from "../plan/plan.ts";
import { listenerFailed } from "../plan/problems.ts";
import type { ChangeReference, ExecutionReport, Operation, Problem } from "../report.ts";
import { quietly, type RunnerListener } from "./events.ts";
import { draftEntry, type ExecutionScope } from "./execution_scope.ts";
import { HistoryLog } from "./history_log.ts";
import { HistoryReader } from "./history_reader.ts";
import { type Lock, withLock } from "./lock.ts";
import { ReportBuilder } from "./report_builder.ts";
import { classifyDeeply, retry } from "./retry.ts";
import type { ResolvedOptions } from "./runner_options.ts";

/** What there is to do with one change unit. */
export interface ExecutionStep {
  /** The change unit. */
  readonly unit: ChangeReference;
  /** Whether that needs a transaction. */
  readonly transactional?: boolean;
}

/** Something that is planned against the history, and carried out under the lock. */
export interface Undertaking<Step extends ExecutionStep> {
  /** What kind of operation it is. */
  readonly operation: Operation;
  /** Who asks for it and why; null for what needs no reason. */
  readonly comment: Comment | null;
  /** The history, where it has been read. */
  readonly entries?: readonly ChangeEntry[] | undefined;
  /** Makes the plan. */
  readonly plan: (history: History) => Promise<Plan<Step>>;
  /** Whether carrying it out adds nothing to the history when all goes well, so that no `RUN` entry is needed either. */
  readonly leavesNoTrace?: (plan: Plan<Step>) => boolean;
  /** Carries the plan out. */
  readonly carryOut: (scope: ExecutionScope, plan: Plan<Step>, report: ReportBuilder) => Promise<void>;
}

/**
 * One execution from the first read to the release of the lock: read, plan, wait for the lock, append the `RUN` entry, carry
 * the plan out. With nothing to do it ends after the read.
 */
export class Execution<Step extends ExecutionStep> {
  readonly #options: ResolvedOptions;
  readonly #undertaking: Undertaking<Step>;
  readonly #reader: HistoryReader;
  readonly #executionId: string;
  /** Aborted when the execution is cancelled or has lost its lock. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #plan: Plan<Step> = { changes: [], steps: [], problems: [] };
  readonly #report: ReportBuilder;
  readonly #listener: RunnerListener;

  /** Prepares an execution; nothing is read before `run`. */
  constructor(options: ResolvedOptions, undertaking: Undertaking<Step>, signal: AbortSignal | undefined) {
    this.#options = options;
    this.#undertaking = undertaking;
    this.#signal = signal;
    this.#reader = new HistoryReader({ driver: options.driver, runtime: options.runtime, signal });
    this.#executionId = options.runtime.uuid();
    const report = new ReportBuilder(undertaking.operation, this.#plan);
    this.#report = report;
    this.#listener = quietly(options.listener, (error) => report.addWarning(listenerFailed(firstLine(error))));
  }

  /** Runs it. */
  async run(): Promise<ExecutionReport> {
    const { entries } = this.#undertaking;
    if (entries === undefined) await this.#reader.read();
    else this.#reader.add(entries);
    await this.#planAnew();
    for (const problem of this.#plan.problems) {
      if (problem.severity === "warning") this.#listener({ type: "warning", problem });
    }
    refuseCertainProblems(this.#plan.problems);
    if (isNothingLeft(this.#plan)) return this.#report.build();
    const cancel = () =>
      this.#stop.abort(new InterruptedError("The execution was cancelled", { cause: this.#signal?.reason }));
    this.#signal?.addEventListener("abort", cancel, { once: true });
    if (this.#signal?.aborted) cancel();
    try {
      this.#stop.signal.throwIfAborted();
      if (this.#reader.history.end.seq === 0) await this.#prepare();
      await this.#executeLocked();
      return this.#report.build();
    } catch (error) {
      if (error instanceof ExecutionError) error.report = this.#report.build();
      throw error;
    } finally {
      this.#signal?.removeEventListener("abort", cancel);
    }
  }

  /** Reads on and plans anew. */
  async #replan(): Promise<void> {
    await this.#reader.read();
    await this.#planAnew();
  }

  /** Plans by what was read. Before anything is done on a history its digests are checked. */
  async #planAnew(): Promise<void> {
    this.#plan = await this.#undertaking.plan(this.#reader.history);
    if (!isNothingLeft(this.#plan)) await this.#reader.verify();
    this.#report.replan(this.#plan);
  }

  async #prepare(): Promise<void> {
    const { driver, runtime, lock } = this.#options;
    const need = { transactions: this.#plan.steps.some(({ transactional }) => transactional === true) };
    const isWorthIt = (error: unknown) => classifyDeeply((each) => driver.classify(each), error) === "transient";
    try {
      const { signal } = this.#stop;
      await retry(() => driver.prepare(need), { runtime, budgetMs: lock.waitMs, isWorthIt, signal });
    } catch (cause) {
      if (cause instanceof DatabaseError) throw cause;
      const message = `Cannot make the history in ${driver.name}: ${firstLine(cause)}`;
      throw new DatabaseError("DATABASE_UNREACHABLE", message, { cause });
    }
  }

  async #executeLocked(): Promise<void> {
    const { driver, runtime, lock, hostname } = this.#options;
    const isNothingLeftNow = async () => {
      await this.#replan();
      refuseCertainProblems(this.#plan.problems);
      return isNothingLeft(this.#plan);
    };
    await withLock({
      ...lock,
      driver,
      runtime,
      owner: this.#executionId,
      hostname,
      signal: this.#stop.signal,
      onLost: (error) => this.#stop.abort(error),
      listener: this.#listener,
      isNothingLeft: isNothingLeftNow,
    }, async (held, takenOver) => {
      for (;;) {
        this.#stop.signal.throwIfAborted();
        // Nobody else is at work any more: what was begun and never ended is interrupted, if it still is.
        if (!this.#plan.problems.every(isCertain)) await this.#replan();
        refuseProblems(this.#plan.problems);
        if (isNothingLeft(this.#plan)) return;
        const scope = this.#scope(held);
        if (takenOver) await scope.log.evict();
        held.check();
        if (this.#undertaking.leavesNoTrace?.(this.#plan)) {
          // Without a RUN entry only a fresh look tells that nobody was in between.
          await this.#replan();
          if (!this.#undertaking.leavesNoTrace(this.#plan)) continue;
          return await this.#carryOut({ ...this.#scope(held), othersGoneAt: runtime.now() + lock.leaseMs });
        }
        if (await scope.log.tryAppend(draftEntry(scope, null, { type: "RUN", state: "STARTED" }))) {
          return await this.#carryOut({ ...scope, othersGoneAt: runtime.now() + lock.leaseMs });
        }
        // Somebody was in between: nothing has been done on the old view, so a new one is all it takes.
        await this.#replan();
      }
    });
  }

  async #carryOut(scope: ExecutionScope): Promise<void> {
    const execution = { operation: this.#undertaking.operation, executionId: this.#executionId };
    this.#report.executionId = this.#executionId;
    this.#listener({ type: "execution.started", ...execution });
    let error: unknown;
    try {
      await this.#undertaking.carryOut(scope, this.#plan, this.#report);
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      this.#listener({ type: "execution.ended", ...execution, report: this.#report.build(), error });
    }
  }

  #scope(lock: Lock): Omit<ExecutionScope, "othersGoneAt"> {
    const { driver, runtime, hostname, metadata, retryMs, dependencies, redact } = this.#options;
    const { operation, comment } = this.#undertaking;
    return {
      driver,
      runtime,
      lock,
      log: new HistoryLog({ driver, runtime, history: this.#reader.history, budgetMs: retryMs, redact }),
      signal: this.#stop.signal,
      executionId: this.#executionId,
      operation,
      hostname,
      comment,
      metadata,
      budgetMs: retryMs,
      listener: this.#listener,
      dependencies,
      settling: null,
    };
  }
}

function refuseProblems(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === "error")) throw new PlanError(problems);
}

/** What is not certain is no reason to refuse, but is named together with what is. */
function refuseCertainProblems(problems: readonly Problem[]): void {
  if (problems.filter(isCertain).some(({ severity }) => severity === "error")) refuseProblems(problems);
}

/** Without the lock, what looks interrupted may be at work right now. */
function isCertain({ code }: Problem): boolean {
  return code !== "CHANGE_INTERRUPTED";
}

function isNothingLeft({ steps, problems }: Plan<ExecutionStep>): boolean {
  return steps.length === 0 && problems.every(isCertain);
}
