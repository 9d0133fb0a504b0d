import { DatabaseError, ExecutionError, InterruptedError, PlanError } from "../errors.ts";
import type { Comment } from "../history/change_entry.ts";
import type { History } from "../history/history.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { Plan } from "../plan/plan.ts";
import type { ChangeReference, ExecutionReport, Operation, Problem } from "../report.ts";
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
  /** Makes the plan. */
  readonly plan: (history: History) => Promise<Plan<Step>>;
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

  /** Prepares an execution; nothing is read before `run`. */
  constructor(options: ResolvedOptions, undertaking: Undertaking<Step>, signal: AbortSignal | undefined) {
    this.#options = options;
    this.#undertaking = undertaking;
    this.#signal = signal;
    this.#reader = new HistoryReader(options.driver, options.runtime, signal);
    this.#executionId = options.runtime.uuid();
    this.#report = new ReportBuilder(undertaking.operation, this.#plan);
  }

  /** Runs it. */
  async run(): Promise<ExecutionReport> {
    await this.#replan();
    for (const problem of this.#plan.problems) {
      if (problem.severity === "warning") this.#options.listener({ type: "warning", problem });
    }
    refuseProblems(this.#plan.problems.filter(isCertain));
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

  /** Reads on and plans anew. Before anything is done on a history its digests are checked. */
  async #replan(): Promise<void> {
    this.#plan = await this.#undertaking.plan(await this.#reader.read());
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
    const { driver, runtime, lock, hostname, listener } = this.#options;
    const isNothingLeftNow = async () => {
      await this.#replan();
      refuseProblems(this.#plan.problems.filter(isCertain));
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
      listener,
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
        if (await scope.log.tryAppend(draftEntry(scope, null, { type: "RUN", state: "STARTED" }))) {
          this.#report.executionId = this.#executionId;
          const othersGoneAt = runtime.now() + lock.leaseMs;
          return await this.#undertaking.carryOut({ ...scope, othersGoneAt }, this.#plan, this.#report);
        }
        // Somebody was in between: nothing has been done on the old view, so a new one is all it takes.
        await this.#replan();
      }
    });
  }

  #scope(lock: Lock): Omit<ExecutionScope, "othersGoneAt"> {
    const { driver, runtime, hostname, metadata, retryMs, listener } = this.#options;
    const { operation, comment } = this.#undertaking;
    const { end, sessions } = this.#reader.history;
    return {
      driver,
      runtime,
      lock,
      log: new HistoryLog({ driver, runtime, end, sessions, budgetMs: retryMs }),
      signal: this.#stop.signal,
      executionId: this.#executionId,
      operation,
      hostname,
      comment,
      metadata,
      budgetMs: retryMs,
      listener,
    };
  }
}

function refuseProblems(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === "error")) throw new PlanError(problems);
}

/** Without the lock, what looks interrupted may be at work right now. */
function isCertain({ code }: Problem): boolean {
  return code !== "CHANGE_INTERRUPTED";
}

function isNothingLeft({ steps, problems }: Plan<ExecutionStep>): boolean {
  return steps.length === 0 && problems.every(isCertain);
}
