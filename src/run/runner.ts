import type { Driver, LeaseStatus } from "../driver.ts";
import { DatabaseError, MigrationError, NOTHING_DONE } from "../errors.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { firstLine } from "../history/recorded_error.ts";
import { lazily } from "../lazily.ts";
import type { MarkStep } from "../plan/mark_plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { UndoStep } from "../plan/undo_plan.ts";
import type { ExecutionReport, Operation } from "../report.ts";
import type { Dependencies } from "./dependencies.ts";
import { quietly } from "./events.ts";
import type {
  BaselineOptions,
  MigrateOptions,
  ReleaseLockOptions,
  RepairOptions,
  StopOptions,
  UndoOptions,
} from "./operation_options.ts";
import { RunnerBuilderStart } from "./runner_builder.ts";
import { type ResolvedOptions, resolveOptions, type RunnerOptions } from "./runner_options.ts";
import { readStart } from "./start.ts";

const busyDrivers = new WeakSet<Driver<object>>();
/** Most starts have nothing to do, and need none of it. */
const operations = lazily(() => import("./operations.ts"));

/**
 * Applies change units to a database, each exactly once.
 *
 * @typeParam Context What the driver gives change units.
 * @typeParam Given The dependencies.
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
export class Runner<Context extends object, Given extends Dependencies = Dependencies> {
  readonly #options: ResolvedOptions;

  /**
   * Makes a runner. Nothing is read before one of its methods is called.
   *
   * @throws {RangeError} when a time of the lock is none.
   * @throws {TypeError} when the metadata is not JSON, or a dependency has a name that is given already.
   */
  constructor(options: RunnerOptions<Context, Given>) {
    this.#options = resolveOptions(options);
  }

  /** Begins to build a runner step by step; see {@link RunnerBuilder}. */
  static builder(): RunnerBuilderStart {
    return new RunnerBuilderStart();
  }

  /**
   * Computes what `migrate` would do now. Reads the history once and writes nothing.
   *
   * @throws {SourceError} when the folder cannot be read.
   * @throws {DatabaseError} when the database cannot be reached.
   * @throws {HistoryError} when the history cannot be trusted.
   */
  async plan(options: MigrateOptions = {}): Promise<Plan> {
    return await (await operations()).plan(this.#options, options);
  }

  /** Computes what `undo` would do now. Reads the history once and writes nothing. */
  async planUndo(options: UndoOptions): Promise<Plan<UndoStep>> {
    return await (await operations()).planUndo(this.#options, options);
  }

  /** Computes what `repair` would record now. Reads the history once and writes nothing. */
  async planRepair(options: Omit<RepairOptions, "comment">): Promise<Plan<MarkStep>> {
    return await (await operations()).planRepair(this.#options, options);
  }

  /** Computes what `baseline` would record now. Reads the history once and writes nothing. */
  async planBaseline(options: Omit<BaselineOptions, "comment">): Promise<Plan<MarkStep>> {
    return await (await operations()).planBaseline(this.#options, options);
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
    return await this.#alone("MIGRATE", async () => {
      const { to, count, signal } = options;
      const isLimited = to !== undefined || count !== undefined;
      const start = isLimited ? undefined : await readStart({ ...this.#options, signal });
      if (start?.isSettled === true) return { ...NOTHING_DONE, done: start.snapshot.count };
      return await (await operations()).migrate(this.#options, options, start);
    });
  }

  /**
   * Undoes change units, newest first in the order in which they were executed. Whatever could refuse (a missing or edited
   * file, an irreversible change unit) is found before the first rollback.
   *
   * @throws {TypeError} when it is not told how far, or told so in several ways.
   * @throws {ChangeFailedError} when a rollback fails; what was undone before stays undone.
   * @throws {PlanError | LockNotObtainedError | LockLostError | InterruptedError} as `migrate` does.
   */
  async undo(options: UndoOptions): Promise<ExecutionReport> {
    return await this.#alone("UNDO", async () => await (await operations()).undo(this.#options, options));
  }

  /**
   * Records what became of change units, on the word of somebody who has looked. Nothing of them is run.
   *
   * @throws {PlanError} when a repair does not fit the state of its change unit; nothing was recorded.
   */
  async repair(options: RepairOptions): Promise<ExecutionReport> {
    return await this.#alone("REPAIR", async () => await (await operations()).repair(this.#options, options));
  }

  /**
   * Records that all change units up to one are executed, without running them: for a database that has them already.
   *
   * @throws {PlanError} when there is no such change unit, or one of them is interrupted; nothing was recorded.
   */
  async baseline(options: BaselineOptions): Promise<ExecutionReport> {
    return await this.#alone("BASELINE", async () => await (await operations()).baseline(this.#options, options));
  }

  /**
   * Checks everything without running anything: the files, the history with every digest, and the two against each other.
   *
   * @throws {SourceError | DatabaseError | HistoryError} as `plan` does.
   */
  async validate(options: StopOptions = {}): Promise<Plan> {
    return await (await operations()).validate(this.#options, options);
  }

  /**
   * Reads the whole history, oldest entry first, after checking it.
   *
   * @throws {DatabaseError | HistoryError} as `plan` does.
   */
  async history(options: StopOptions = {}): Promise<readonly ChangeEntry[]> {
    return await (await operations()).history(this.#options, options);
  }

  /**
   * Looks at the lock; null when nobody holds it.
   *
   * @throws {DatabaseError} when the database cannot be reached.
   */
  async lockStatus(): Promise<LeaseStatus | null> {
    const { driver } = this.#options;
    try {
      return await driver.readLease();
    } catch (cause) {
      const message = `Cannot read the lock from ${driver.name}: ${firstLine(cause)}`;
      throw new DatabaseError("DATABASE_UNREACHABLE", message, { cause });
    }
  }

  /**
   * Releases the lock in place of a holder that is gone, so that nobody has to wait for its lease to expire; gives who held it.
   * A holder that is alive after all notices at its next renewal, and cannot record anything any more.
   *
   * @throws {MigrationError} with code `LOCK_HELD` while the lease of the holder is alive, unless `force` is given.
   */
  async releaseLock({ force = false }: ReleaseLockOptions = {}): Promise<LeaseStatus | null> {
    const status = await this.lockStatus();
    if (status === null) return null;
    const { owner, hostname, token, remainingMs } = status;
    if (remainingMs > 0 && !force) {
      throw new MigrationError(
        "LOCK_HELD",
        `Execution ${owner} on ${hostname} holds the lock and renewed it within its lease (${remainingMs} ms left): ` +
          "wait for it, or force the release if you are certain that it is gone",
      );
    }
    await this.#options.driver.releaseLease({ owner, token });
    return status;
  }

  /** A driver carries one execution at a time. */
  async #alone(operation: Operation, work: () => Promise<ExecutionReport>): Promise<ExecutionReport> {
    const { driver, enabled, listener } = this.#options;
    if (!enabled) {
      quietly(listener, () => {})({ type: "disabled", operation });
      return { ...NOTHING_DONE, operation };
    }
    if (busyDrivers.has(driver)) {
      const message = "The driver is carrying another execution: wait for it, or use a second one";
      throw new MigrationError("DRIVER_BUSY", message);
    }
    busyDrivers.add(driver);
    try {
      return await work();
    } finally {
      busyDrivers.delete(driver);
    }
  }
}
