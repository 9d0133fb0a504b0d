import type { ListedChange, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { sharesFile } from "../change_unit/file_name.ts";
import type { Driver } from "../driver.ts";
import { changesWithId, type History } from "../history/history.ts";
import { needsLoading } from "../plan/match.ts";
import { type Limit, limitPlan } from "../plan/limit_plan.ts";
import { makeBaselinePlan, makeRepairPlan, type MarkStep, type RepairRequest } from "../plan/mark_plan.ts";
import { makePlan } from "../plan/make_plan.ts";
import type { Plan, PlanInput } from "../plan/plan.ts";
import { invalidChangeUnit } from "../plan/problems.ts";
import { settlingUnit } from "../plan/settling_unit.ts";
import { shareTransaction } from "../plan/share_transaction.ts";
import { makeUndoPlan, neededForUndo, selectUndone, type UndoStep, type UndoTarget } from "../plan/undo_plan.ts";
import type { PlanRules } from "../plan/plan_rules.ts";
import type { Problem } from "../report.ts";
import { snapshotOf } from "../source/snapshot_of.ts";
import type { ChangeSource, SourceSnapshot } from "../source/source.ts";
import { quietly, type RunnerListener } from "./events.ts";
import type { Settling } from "./execution_scope.ts";

/** What a {@link Planning} needs. */
export interface PlanningOptions {
  /** Where change units are listed and loaded from. */
  readonly source: ChangeSource;
  /** What to do where there is a choice. */
  readonly rules: PlanRules;
  /** The author of change units that name none. */
  readonly defaultAuthor: string;
  /** The driver: its name, what it supports, and whether it runs scripts. */
  readonly driver: Pick<Driver<object>, "name" | "supports" | "runScript">;
  /** Whether transactional change units get a transaction. */
  readonly transactionStrategy: PlanInput["transactions"]["strategy"];
  /** Hears what happens. */
  readonly listener?: RunnerListener | undefined;
  /** Whether checksums are computed also where the history proves them; not when nothing is said. */
  readonly hashesAll?: boolean;
}

/**
 * Makes plans against a history that grows, from a source that is listed once; loads what a plan needs, once. The listing begins
 * at once, so that it goes on while the history is being read; what it throws, the first plan throws.
 */
export class Planning implements AsyncDisposable {
  readonly #options: PlanningOptions;
  readonly #snapshot: Promise<SourceSnapshot>;
  #problems: readonly Problem[] = [];
  #changes: readonly ListedChange[] = [];
  #isListed = false;
  readonly #units = new Map<ListedChange, LoadedChangeUnit>();
  readonly #invalid = new Map<ListedChange, Problem>();
  #hasToldDeprecated = false;

  /** Begins to look at the source, unless that has been done. */
  constructor(options: PlanningOptions, snapshot?: SourceSnapshot) {
    this.#options = options;
    this.#snapshot = snapshot === undefined ? snapshotOf(options.source) : Promise.resolve(snapshot);
    // Where nobody gets as far as a plan, nobody hears of it either.
    this.#snapshot.catch(() => {});
  }

  /** Waits until nothing is being listed any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.#snapshot]);
  }

  /** Plans a migration; loads what that needs. */
  async plan(history: History, limit: Limit = {}): Promise<Plan> {
    await this.#list(history);
    await this.#load(this.#changes.filter((listed) => needsLoading(listed, history)));
    const { source, transactionStrategy } = this.#options;
    return shareTransaction(limitPlan(makePlan(this.#input(history)), limit, source.name), transactionStrategy);
  }

  /** What the entry of the last change unit of a plan says of all of them, if all goes well; null where it says nothing. */
  async settling(plan: Plan): Promise<Settling | null> {
    const unit = settlingUnit(plan, this.#units);
    const { digest } = await this.#snapshot;
    return unit === null || digest === null ? null : { unit, digest };
  }

  /** Plans an undo; loads what is to be undone. */
  async planUndo(history: History, target: UndoTarget): Promise<Plan<UndoStep>> {
    await this.#list(history);
    await this.#load(neededForUndo(this.#changes, selectUndone(history, target)));
    return makeUndoPlan(this.#input(history), target);
  }

  /** Plans a baseline; loads what is to be marked as executed. */
  async planBaseline(history: History, to: string): Promise<Plan<MarkStep>> {
    await this.#list(history);
    await this.#load(this.#changes.filter((listed) => needsLoading(listed, history)));
    return makeBaselinePlan(this.#input(history), to);
  }

  /** Plans a repair; loads what may be the files of the change units, because only they say whose they are. */
  async planRepair(history: History, requests: readonly RepairRequest[]): Promise<Plan<MarkStep>> {
    await this.#list(history);
    const known = requests.flatMap(({ id }) => changesWithId(history, id));
    const ids = new Set(requests.map(({ id }) => id));
    const files = new Set(known.filter(sharesFile).map(({ file }) => file));
    await this.#load(this.#changes.filter(({ id, file }) => ids.has(id) || files.has(file)));
    return makeRepairPlan(this.#input(history), requests);
  }

  async #list({ settled, changes: known }: History): Promise<void> {
    if (this.#isListed) return;
    const snapshot = await this.#snapshot;
    const isProven = this.#options.hashesAll !== true && settled !== null && settled === snapshot.digest;
    const { changes, problems } = await snapshot.list(isProven ? checksumsIn(known) : undefined);
    this.#changes = changes;
    this.#problems = problems;
    this.#isListed = true;
  }

  #input(history: History): PlanInput {
    const { source, rules, driver, transactionStrategy } = this.#options;
    return {
      source: source.name,
      listed: this.#changes,
      units: this.#units,
      found: [...this.#problems, ...this.#invalid.values()],
      history,
      rules,
      transactions: {
        driver: driver.name,
        runsSql: driver.runScript !== undefined,
        supported: driver.supports.transactions,
        byDefault: driver.supports.schemaChanges !== "committing",
        strategy: transactionStrategy,
      },
    };
  }

  #isUnread(listed: ListedChange): boolean {
    return !this.#units.has(listed) && !this.#invalid.has(listed);
  }

  async #load(wanted: readonly ListedChange[]): Promise<void> {
    const changes = wanted.filter((listed) => this.#isUnread(listed));
    if (changes.length === 0) return;
    const readings = await this.#options.source.load(changes, this.#options.defaultAuthor);
    const shared = new Map<ListedChange, readonly LoadedChangeUnit[]>();
    for (const [index, listed] of changes.entries()) {
      const reading = readings[index] ?? { violations: ["It was not loaded"] };
      if ("unit" in reading) this.#units.set(listed, reading.unit);
      else if ("units" in reading) shared.set(listed, reading.units);
      else this.#invalid.set(listed, invalidChangeUnit(listed, reading.violations));
    }
    if (shared.size > 0) this.#replaceShared(shared);
  }

  /** Puts the change units of a file that several share in the place of the file, and tells that this form is deprecated. */
  #replaceShared(shared: ReadonlyMap<ListedChange, readonly LoadedChangeUnit[]>): void {
    this.#changes = this.#changes.flatMap((listed) =>
      shared.get(listed)?.map((unit) => {
        const { order, id, file, checksum, author } = unit;
        const own: ListedChange = { order, id, file, checksum, author };
        this.#units.set(own, unit);
        return own;
      }) ?? listed
    );
    if (this.#hasToldDeprecated) return;
    this.#hasToldDeprecated = true;
    const files = Array.from(shared.keys()).flatMap(({ file }) => file ?? []);
    const message =
      "Classes with `@ChangeLog` are a deprecated form, which is imported at each start and cannot be undone: " +
      "write new changes as change units" + (files.length === 0 ? "" : ` (${files.join(", ")})`);
    quietly(this.#options.listener, () => {})({ type: "deprecated", message, files });
  }
}

/** The checksums by file, where the newest entry says that the source has not changed since. */
function checksumsIn(known: History["changes"]): ReadonlyMap<string, string> {
  const checksums = new Map<string, string>();
  for (const { file, checksum, execution } of known.values()) {
    if (execution === "EXECUTED" && file !== null && checksum !== null) checksums.set(file, checksum);
  }
  return checksums;
}
