import type { Dependencies } from "../run/dependencies.ts";
import type { PlanRules } from "../plan/plan_rules.ts";
import type { TransactionStrategy } from "../plan/plan.ts";
import type { LockOptions } from "../run/lock_options.ts";

/** What a `denock.config.ts` may say. Options of the command line come first, then the environment, then this. */
export interface EnvironmentConfig {
  /** The URL of the database, such as `sqlite:./shop.db` or `mongodb://localhost/shop`. */
  readonly database?: string;
  /**
   * The folder of the change units, relative to the configuration file.
   *
   * @default {"./migrations"}
   */
  readonly migrations?: string | URL;
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
   * How many change units that follow one another share a transaction at most; when one fails, the others are rolled back with
   * it.
   *
   * @default {1}
   */
  readonly unitsPerTransaction?: number;
  /**
   * Whether a `runAlways` change unit that succeeds again gets an entry each time.
   *
   * @default {true}
   */
  readonly recordRepeats?: boolean;
  /** What change units get beside what the driver gives, by name: values, and factories for what is built on the context. */
  readonly dependencies?: Dependencies;
  /** The name of the table or collection of the history, by default that of the driver; each service can have its own. */
  readonly historyName?: string;
  /** The name of the table or collection of the lease, by default that of the driver. */
  readonly leaseName?: string;
  /** Kept with every entry of the history; must be JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What a `denock.config.ts` may say. */
export interface DenockConfig extends EnvironmentConfig {
  /**
   * What is different in an environment, by its name; `--environment` or `DENOCK_ENVIRONMENT` chooses one. What it says comes
   * before what holds for all.
   */
  readonly environments?: Readonly<Record<string, EnvironmentConfig>>;
}

/**
 * Writes the configuration of the command line: the default export of `denock.config.ts`. It only adds the types; what is
 * wrong with a configuration is reported by the command that reads it.
 *
 * @example
 * ```ts
 * import { defineConfig } from "@denock/denock/cli";
 *
 * export default defineConfig({
 *   database: "sqlite:./shop.db",
 *   migrations: "./migrations",
 *   lock: { waitMs: 60_000 },
 * });
 * ```
 */
export function defineConfig(config: DenockConfig): DenockConfig {
  return config;
}
