import type { ChangeContext } from "../change_unit/context.ts";
import type { ListedDefinition } from "../source/list_source.ts";
import type { ChangeSource } from "../source/source.ts";
import type { Driver } from "../driver.ts";
import type { PlanRules } from "../plan/plan_rules.ts";
import type { RunnerListener } from "./events.ts";
import type { LockOptions } from "./lock.ts";
import type { Runtime } from "./runtime.ts";

/** What a runner needs to know. */
export interface RunnerOptions<Context extends object> {
  /** The driver, on an open client that stays the caller's. */
  readonly driver: Driver<Context>;
  /** A folder by path or `file:` URL, a list of change units, or a source of another kind. */
  readonly migrations: string | URL | readonly ListedDefinition<NoInfer<Context> & ChangeContext>[] | ChangeSource;
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
   * `change`: a transaction for each transactional change unit. `none`: no transactions; failures are undone by rollback methods.
   *
   * @default {"change"}
   */
  readonly transactionStrategy?: "change" | "none";
  /** Kept with every entry; must be JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
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
  /** Hears what happens. */
  readonly listener?: RunnerListener;
  /** Time and randomness; only a simulation has another. */
  readonly runtime?: Runtime;
}
