import type { ChangeContext } from "../change_unit/context.ts";
import type { Driver } from "../driver.ts";
import type { TransactionStrategy } from "../plan/plan.ts";
import { DEFAULT_RULES, type PlanRules } from "../plan/plan_rules.ts";
import type { ListedUnit } from "../source/list_source.ts";
import type { ChangeSource } from "../source/source.ts";
import { sourceOf } from "../source/source_of.ts";
import { checkDependencyNames, type Dependencies, type Resolved } from "./dependencies.ts";
import type { RunnerListener } from "./events.ts";
import { checkLockOptions, DEFAULT_LOCK, type LockOptions } from "./lock_options.ts";
import { type Runtime, webRuntime } from "./runtime.ts";

/**
 * What a runner needs to know.
 *
 * @typeParam Context What the driver gives change units.
 * @typeParam Given The dependencies.
 */
export interface RunnerOptions<Context extends object, Given extends Dependencies = Dependencies> {
  /** The driver, on an open client that stays the caller's. */
  readonly driver: Driver<Context>;
  /** A folder by path or `file:` URL, a list of change units, or a source of another kind. */
  readonly migrations:
    | string
    | URL
    | readonly ListedUnit<NoInfer<Context> & Resolved<NoInfer<Given>> & ChangeContext>[]
    | ChangeSource;
  /** What change units get beside that, by name: values, and factories for what is built on the context. */
  readonly dependencies?: Given;
  /**
   * Whether it does anything at all; when not, `migrate` and the others only say so.
   *
   * @default {true}
   */
  readonly enabled?: boolean;
  /** What to do where there is a choice. */
  readonly rules?: Partial<PlanRules>;
  /** How the lock is held and waited for. */
  readonly lock?: Partial<LockOptions>;
  /**
   * The author of change units that name none.
   *
   * @default {"default-author"}
   */
  readonly defaultAuthor?: string;
  /**
   * `change`: a transaction for each transactional change unit. `run`: one for all of an execution, so that either all of them
   * take effect or none. `none`: no transactions; failures are undone by rollback methods.
   *
   * @default {"change"}
   */
  readonly transactionStrategy?: TransactionStrategy;
  /**
   * With the strategy `change`: how many change units that follow one another share a transaction at most, which saves a commit
   * for each but the first. When one fails, those that share its transaction are rolled back with it, and run again the next
   * time. One with a before step, with `failFast: false` or with `runAlways` has a transaction of its own.
   *
   * @default {1}
   */
  readonly unitsPerTransaction?: number;
  /** Kept with every entry; must be JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * Whether a `runAlways` change unit that succeeds again gets an entry each time. Without, only changes of its outcome are
   * recorded, and an execution that does nothing else leaves no trace in the history. Change units without a transaction, or
   * with a before step, are always recorded.
   *
   * @default {true}
   */
  readonly recordRepeats?: boolean;
  /**
   * The name under which this process appears in the history.
   *
   * @default {"unknown"}
   */
  readonly hostname?: string;
  /**
   * How long to try again after write conflicts and lost connections, in milliseconds. It must exceed one and a half times the
   * lifetime of a transaction in the database.
   *
   * @default {120_000}
   */
  readonly retryMs?: number;
  /**
   * Takes secrets out of what errors and comments say before that is kept in the history: for passwords that a program knows
   * of. Passwords in URLs, and values that database errors quote, are taken out before.
   */
  readonly redact?: (text: string) => string;
  /** Hears what happens. */
  readonly listener?: RunnerListener;
  /** Time and randomness; only a simulation has another. */
  readonly runtime?: Runtime;
}

/** The options with everything filled in that was left out. */
export interface ResolvedOptions {
  /** The driver. */
  readonly driver: Driver<object>;
  /** Where change units come from. */
  readonly source: ChangeSource;
  /** What to do where there is a choice. */
  readonly rules: PlanRules;
  /** How the lock is held and waited for. */
  readonly lock: LockOptions;
  /** The author of change units that name none. */
  readonly defaultAuthor: string;
  /** Which change units share a transaction. */
  readonly transactionStrategy: TransactionStrategy;
  /** How many share one at most, with the strategy `change`. */
  readonly unitsPerTransaction: number;
  /** Kept with every entry, or null. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** The name under which this process appears in the history. */
  readonly hostname: string;
  /** How long to try again, in milliseconds. */
  readonly retryMs: number;
  /** Takes secrets out of what is kept in the history. */
  readonly redact: ((text: string) => string) | undefined;
  /** Hears what happens. */
  readonly listener: RunnerListener | undefined;
  /** What change units get beside what driver and core give. */
  readonly dependencies: Dependencies;
  /** Whether it does anything at all. */
  readonly enabled: boolean;
  /** Whether what only repeats is recorded. */
  readonly recordRepeats: boolean;
  /** Time and randomness. */
  readonly runtime: Runtime;
}

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} when a time of the lock is none, or the number of change units in a transaction.
 * @throws {TypeError} when the metadata is not JSON, or a dependency has a name that is given already.
 */
export function resolveOptions<Context extends object, Given extends Dependencies>(
  options: RunnerOptions<Context, Given>,
): ResolvedOptions {
  const { driver, defaultAuthor, transactionStrategy, metadata, hostname, retryMs, listener, runtime } = options;
  const lock = { ...DEFAULT_LOCK, ...options.lock };
  checkLockOptions(lock);
  const dependencies: Dependencies = options.dependencies ?? {};
  if (Object.keys(dependencies).length > 0) checkDependencyNames(dependencies, driver.context(() => {}));
  return {
    driver,
    source: sourceOf<Context & Resolved<Given> & ChangeContext>(options.migrations),
    rules: { ...DEFAULT_RULES, ...options.rules },
    lock,
    defaultAuthor: defaultAuthor ?? "default-author",
    transactionStrategy: transactionStrategy ?? "change",
    unitsPerTransaction: checkUnitsPerTransaction(options.unitsPerTransaction ?? 1),
    metadata: metadata === undefined ? null : JSON.parse(JSON.stringify(metadata)),
    hostname: hostname ?? "unknown",
    retryMs: retryMs ?? 120_000,
    redact: options.redact,
    listener,
    runtime: runtime ?? webRuntime,
    dependencies,
    enabled: options.enabled ?? true,
    recordRepeats: options.recordRepeats ?? true,
  };
}

function checkUnitsPerTransaction(count: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw new RangeError(`unitsPerTransaction must be a whole number from 1: it is ${count}`);
}
