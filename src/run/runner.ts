import type { Driver } from "../driver.ts";
import { DatabaseError, ExecutionError, InterruptedError, MigrationError, PlanError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { Plan } from "../plan/plan.ts";
import { DEFAULT_RULES } from "../plan/plan_rules.ts";
import type { ExecutionReport, Problem } from "../report.ts";
import { FolderSource } from "../source/folder_source.ts";
import { ListSource } from "../source/list_source.ts";
import type { ChangeSource } from "../source/source.ts";
import { quietly } from "./events.ts";
import { carryOut } from "./carry_out.ts";
import { draftEntry, type ExecutionScope } from "./execution_scope.ts";
import { HistoryLog } from "./history_log.ts";
import { HistoryReader } from "./history_reader.ts";
import { DEFAULT_LOCK, type Lock, withLock } from "./lock.ts";
import { Planning } from "./planning.ts";
import { ReportBuilder } from "./report_builder.ts";
import { classifyDeeply, retry } from "./retry.ts";
import type { RunnerOptions } from "./runner_options.ts";
import { webRuntime } from "./runtime.ts";

/** A driver carries one execution at a time. */
const busyDrivers = new WeakSet<Driver<object>>();

/** How a runner can be told to stop. */
export interface MigrateOptions {
  /** Ends every wait; of an execution the change unit under way is rolled back and the lock released. */
  readonly signal?: AbortSignal;
}

/**
 * Applies change units to a database, each exactly once.
 *
 * @typeParam Context What the driver gives change units.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MemoryDriver, Runner } from "@denock/denock";
 *
 * const driver = new MemoryDriver();
 * const runner = new Runner({
 *   driver,
 *   migrations: [{
 *     id: "greet",
 *     order: "0001",
 *     execution: ({ db }) => db.set("greeting", "hello"),
 *     rollbackExecution: ({ db }) => db.delete("greeting"),
 *   }],
 * });
 * assertEquals((await runner.migrate()).executed.length, 1);
 * assertEquals((await runner.migrate()).executed.length, 0);
 * ```
 */
export class Runner<Context extends object> {
  readonly #options: RunnerOptions<Context>;
  readonly #source: ChangeSource;

  /**
   * Makes a runner. Nothing is read before one of its methods is called.
   *
   * @throws {TypeError} when the metadata is not JSON.
   */
  constructor(options: RunnerOptions<Context>) {
    this.#options = { ...options, ...(options.metadata && { metadata: asJson(options.metadata) }) };
    this.#source = sourceOf<Context>(options.migrations);
  }

  /**
   * Computes what `migrate` would do now. Reads the history once and writes nothing.
   *
   * @throws {SourceError} when the folder cannot be read.
   * @throws {DatabaseError} when the database cannot be reached.
   * @throws {HistoryError} when the history cannot be trusted.
   */
  async plan({ signal }: MigrateOptions = {}): Promise<Plan> {
    return (await this.#look(signal)).plan;
  }

  /**
   * Executes what is pending. With nothing to do it reads the history once and writes nothing.
   *
   * @throws {PlanError} when the plan has a problem; nothing was run.
   * @throws {ChangeFailedError} when a change unit fails; those before it stay.
   * @throws {LockNotObtainedError} when another execution holds the lock for too long; nothing was run.
   * @throws {LockLostError} when another execution has taken over.
   * @throws {InterruptedError} when the signal aborts.
   * @throws {SourceError | DatabaseError | HistoryError} as `plan` does.
   */
  async migrate(options: MigrateOptions = {}): Promise<ExecutionReport> {
    const { driver } = this.#options;
    if (busyDrivers.has(driver)) {
      throw new MigrationError(
        "DRIVER_BUSY",
        "The driver is carrying another execution: wait for it, or use a second one",
      );
    }
    busyDrivers.add(driver);
    try {
      return await this.#migrate(options);
    } finally {
      busyDrivers.delete(driver);
    }
  }

  async #look(signal: AbortSignal | undefined): Promise<{ reader: HistoryReader; planning: Planning; plan: Plan }> {
    const { driver, runtime = webRuntime, rules, defaultAuthor, transactionStrategy } = this.#options;
    const planning = await Planning.open({
      source: this.#source,
      rules: { ...DEFAULT_RULES, ...rules },
      defaultAuthor: defaultAuthor ?? "default-author",
      driver,
      transactionStrategy: transactionStrategy ?? "change",
    });
    const reader = new HistoryReader(driver, runtime, signal);
    const plan = await planning.plan(await reader.read());
    if (plan.steps.length > 0) await reader.verify();
    return { reader, planning, plan };
  }

  async #migrate({ signal }: MigrateOptions): Promise<ExecutionReport> {
    const { runtime = webRuntime } = this.#options;
    const { reader, planning, plan } = await this.#look(signal);
    const listener = quietly(this.#options.listener);
    for (const problem of plan.problems) if (problem.severity === "warning") listener({ type: "warning", problem });
    refuseProblems(plan.problems.filter(isCertain));
    const report = new ReportBuilder(plan);
    if (isNothingLeft(plan)) return report.build();
    const stop = new AbortController();
    const cancel = () => stop.abort(new InterruptedError("The execution was cancelled", { cause: signal?.reason }));
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      stop.signal.throwIfAborted();
      if (reader.history.end.seq === 0) await this.#prepare(plan, stop.signal);
      await this.#executeLocked({ reader, planning, report, stop, executionId: runtime.uuid() }, plan);
      return report.build();
    } catch (error) {
      if (error instanceof ExecutionError) error.report = report.build();
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #prepare(plan: Plan, signal: AbortSignal): Promise<void> {
    const { driver, runtime = webRuntime } = this.#options;
    const { waitMs } = { ...DEFAULT_LOCK, ...this.#options.lock };
    const need = { transactions: plan.steps.some(({ transactional }) => transactional) };
    const isWorthIt = (error: unknown) => classifyDeeply((each) => driver.classify(each), error) === "transient";
    try {
      await retry(() => driver.prepare(need), { runtime, budgetMs: waitMs, isWorthIt, signal });
    } catch (cause) {
      if (cause instanceof DatabaseError) throw cause;
      const message = `Cannot make the history in ${driver.name}: ${firstLine(cause)}`;
      throw new DatabaseError("DATABASE_UNREACHABLE", message, { cause });
    }
  }

  async #executeLocked(execution: ExecutionState, first: Plan): Promise<void> {
    const { driver, runtime = webRuntime, lock, hostname = "unknown", transactionStrategy = "change" } = this.#options;
    const { reader, planning, report, stop, executionId } = execution;
    const { leaseMs } = { ...DEFAULT_LOCK, ...lock };
    let plan = first;
    const replan = async () => {
      plan = await planning.plan(await reader.read());
      await reader.verify();
      report.replan(plan);
    };
    await withLock({
      ...DEFAULT_LOCK,
      ...lock,
      driver,
      runtime,
      owner: executionId,
      hostname,
      signal: stop.signal,
      onLost: (error) => stop.abort(error),
      listener: quietly(this.#options.listener),
      isNothingLeft: async () => {
        await replan();
        refuseProblems(plan.problems.filter(isCertain));
        return isNothingLeft(plan);
      },
    }, async (held, takenOver) => {
      for (;;) {
        stop.signal.throwIfAborted();
        // Nobody else is at work any more: what was begun and never ended is interrupted, if it still is.
        if (!plan.problems.every(isCertain)) await replan();
        refuseProblems(plan.problems);
        const scope = this.#scope(execution, held);
        if (takenOver) await scope.log.evict();
        held.check();
        const run = draftEntry(scope, null, { type: "RUN", state: "STARTED" });
        if (await scope.log.tryAppend(run)) {
          report.executionId = executionId;
          const othersGoneAt = runtime.now() + leaseMs;
          return await carryOut({ ...scope, othersGoneAt }, plan, transactionStrategy, report);
        }
        // Somebody was in between: nothing has been done on the old view, so a new one is all it takes.
        await replan();
        if (isNothingLeft(plan)) return;
      }
    });
  }

  #scope({ reader, stop, executionId }: ExecutionState, lock: Lock): Omit<ExecutionScope, "othersGoneAt"> {
    const { driver, runtime = webRuntime, hostname = "unknown", metadata = null, retryMs = 120_000 } = this.#options;
    const { end, sessions } = reader.history;
    return {
      driver,
      runtime,
      lock,
      log: new HistoryLog({ driver, runtime, end, sessions, budgetMs: retryMs }),
      signal: stop.signal,
      executionId,
      operation: "MIGRATE",
      hostname,
      metadata,
      budgetMs: retryMs,
      listener: quietly(this.#options.listener),
    };
  }
}

interface ExecutionState {
  readonly reader: HistoryReader;
  readonly planning: Planning;
  readonly report: ReportBuilder;
  readonly stop: AbortController;
  readonly executionId: string;
}

function refuseProblems(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === "error")) throw new PlanError(problems);
}

/** Without the lock, what looks interrupted may be at work right now. */
function isCertain({ code }: Problem): boolean {
  return code !== "CHANGE_INTERRUPTED";
}

function isNothingLeft({ steps, problems }: Plan): boolean {
  return steps.length === 0 && problems.every(isCertain);
}

function sourceOf<Context extends object>(migrations: RunnerOptions<Context>["migrations"]): ChangeSource {
  if (typeof migrations === "string" || migrations instanceof URL) return new FolderSource(migrations);
  return "list" in migrations ? migrations : new ListSource(migrations);
}

function asJson(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(metadata));
}
