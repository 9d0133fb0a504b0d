import type { ChangeUnit, ListedChange } from "../change_unit/change_unit.ts";
import type { Driver } from "../driver.ts";
import type { History } from "../history/history.ts";
import { needsLoading } from "../plan/match.ts";
import { makePlan, type Plan, type PlanInput } from "../plan/plan.ts";
import { invalidChangeUnit } from "../plan/problems.ts";
import type { PlanRules } from "../plan/plan_rules.ts";
import type { Problem } from "../report.ts";
import type { ChangeSource, SourceListing } from "../source/source.ts";

/** What a {@link Planning} needs. */
export interface PlanningOptions {
  /** Where change units are listed and loaded from. */
  readonly source: ChangeSource;
  /** What to do where there is a choice. */
  readonly rules: PlanRules;
  /** The author of change units that name none. */
  readonly defaultAuthor: string;
  /** The driver: its name and what it supports. */
  readonly driver: Pick<Driver<object>, "name" | "supports">;
  /** Whether transactional change units get a transaction. */
  readonly transactionStrategy: PlanInput["transactions"]["strategy"];
}

/** Makes plans against a history that grows, from a source that is listed once; loads what a plan needs, once. */
export class Planning {
  readonly #options: PlanningOptions;
  readonly #listing: SourceListing;
  readonly #units = new Map<ListedChange, ChangeUnit>();
  readonly #invalid = new Map<ListedChange, Problem>();

  private constructor(options: PlanningOptions, listing: SourceListing) {
    this.#options = options;
    this.#listing = listing;
  }

  /** Lists the source. */
  static async open(options: PlanningOptions): Promise<Planning> {
    return new Planning(options, await options.source.list());
  }

  /** Loads what this history asks for, and plans. */
  async plan(history: History): Promise<Plan> {
    const { source, rules, driver, transactionStrategy } = this.#options;
    await this.#load(this.#listing.changes.filter((listed) => this.#isUnread(listed) && needsLoading(listed, history)));
    return makePlan({
      source: source.name,
      listed: this.#listing.changes,
      units: this.#units,
      found: [...this.#listing.problems, ...this.#invalid.values()],
      history,
      rules,
      transactions: {
        driver: driver.name,
        supported: driver.supports.transactions,
        strategy: transactionStrategy,
      },
    });
  }

  #isUnread(listed: ListedChange): boolean {
    return !this.#units.has(listed) && !this.#invalid.has(listed);
  }

  async #load(changes: readonly ListedChange[]): Promise<void> {
    if (changes.length === 0) return;
    const readings = await this.#options.source.load(changes, this.#options.defaultAuthor);
    for (const [index, listed] of changes.entries()) {
      const reading = readings[index] ?? { violations: ["It was not loaded"] };
      if ("unit" in reading) this.#units.set(listed, reading.unit);
      else this.#invalid.set(listed, invalidChangeUnit(listed, reading.violations));
    }
  }
}
