import type { ListedChange, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { isSqlFile } from "../change_unit/file_name.ts";
import type { EntryType } from "../history/change_entry.ts";
import { type ChangeHistory, hasEffects, type History, identityOf, onlyBeforeStands } from "../history/history.ts";
import type { Problem } from "../report.ts";
import { describeKnown } from "./decide.ts";
import { checkLimit, type Limit } from "./limit_plan.ts";
import { sameChecksum } from "./match.ts";
import type { Plan, PlanInput, PlannedChange } from "./plan.ts";
import * as problems from "./problems.ts";
import { shareTransaction, wantsTransaction } from "./share_transaction.ts";

/** How far to go back: to a change unit, which is included, by a number, or all the way. */
export type UndoTarget =
  | { readonly to: string; readonly count?: never; readonly all?: never }
  | { readonly count: number; readonly to?: never; readonly all?: never }
  | { readonly all: true; readonly to?: never; readonly count?: never };

/**
 * Refuses a target that is none, or several: what is not said must not mean everything.
 *
 * @throws {TypeError} naming what is wrong.
 */
export function checkUndoTarget(target: UndoTarget): void {
  const said = (["to", "count", "all"] as const).filter((name) => target[name] !== undefined);
  if (said.length !== 1 || (said[0] === "all" && target.all !== true)) {
    throw new TypeError(
      "An undo needs to be told how far: one of `to` with an id, `count` with a number, and `all: true`",
    );
  }
  checkLimit(target);
}

/** A change unit that is to be undone. */
export interface UndoStep {
  /** The decision. */
  readonly change: PlannedChange;
  /** The change unit. */
  readonly unit: LoadedChangeUnit;
  /** Whether its rollback method runs in a transaction; that of a before step never does. */
  readonly transactional: boolean;
  /** The checksum of what was executed. */
  readonly checksum: string | null;
  /** What of it stands and is rolled back, in this order: the change, the step before it, or both. */
  readonly rollsBack: readonly Exclude<EntryType, "RUN">[];
}

/**
 * What is to be undone: newest first, in the order in which change units were executed. One of which only the before step
 * stands is one like any other.
 */
export function selectUndone(history: History, { to, count }: Limit): readonly ChangeHistory[] {
  const executed = Array.from(history.changes.values())
    .filter(hasEffects)
    .toSorted((left, right) => right.executedSince - left.executedSince);
  if (count !== undefined) return executed.slice(0, count);
  if (to === undefined) return executed;
  return executed.slice(0, executed.findLastIndex(({ id }) => id === to) + 1);
}

/**
 * The change units that must be loaded for that: what has the same id as something that is to be undone, or the same file,
 * since what shares a file with others is listed under its own id only after it was loaded.
 */
export function neededForUndo(listed: readonly ListedChange[], undone: readonly ChangeHistory[]): ListedChange[] {
  const ids = new Set(undone.map(({ id }) => id));
  const files = new Set(undone.map(({ file }) => file));
  return listed.filter(({ id, file }) => ids.has(id) || (file !== null && files.has(file)));
}

/** Decides what to undo. Whatever could refuse is found here, before the first rollback. */
export function makeUndoPlan(input: PlanInput, target: UndoTarget): Plan<UndoStep> {
  const undone = selectUndone(input.history, target);
  const loaded = new Map(Array.from(input.units, ([file, unit]) => [identityOf(unit), { file, unit }]));
  const ids = new Set(input.listed.map(({ id }) => id));
  const decisions = undone.map((known) => decideUndo(known, loaded.get(identityOf(known)), ids.has(known.id), input));
  const needed = new Set(neededForUndo(input.listed, undone).map(({ file }) => file));
  const found: Problem[] = input.found.filter(({ files }) => files.some((file) => needed.has(file)));
  if (undone.length === 0 && target.to !== undefined) {
    found.push(problems.targetUnknown(target.to, "has not been executed"));
  }
  return shareTransaction({
    changes: decisions.map(({ change }) => change),
    steps: decisions.flatMap(({ step }) => step ?? []),
    problems: [...found, ...unfinished(input.history), ...decisions.flatMap(({ problem }) => problem ?? [])],
  }, input.transactions.strategy);
}

const CHANGE = "EXECUTION" as const;
const BEFORE = "BEFORE_EXECUTION" as const;

interface UndoDecision {
  readonly change: PlannedChange;
  readonly step?: UndoStep;
  readonly problem?: Problem;
}

function decideUndo(
  known: ChangeHistory,
  loaded: { readonly file: ListedChange; readonly unit: LoadedChangeUnit } | undefined,
  isListed: boolean,
  { rules, source, transactions }: PlanInput,
): UndoDecision {
  const described = describeKnown(known);
  const stop = (problem: Problem, reason: string): UndoDecision => ({
    change: { ...described, decision: "stop", reason },
    problem,
  });
  if (loaded === undefined) {
    const reason = isListed ? "it cannot be loaded" : "its file is missing";
    return stop(problems.missingRollback(known, source), reason);
  }
  const { file, unit } = loaded;
  if (known.before === "EXECUTED" && unit.rollbackBeforeExecution === null) {
    const why = "its before step stands, and it has no rollbackBeforeExecution any more";
    return stop(problems.irreversible(unit, why), "its before step would be left behind");
  }
  if (onlyBeforeStands(known)) {
    const change: PlannedChange = { ...described, decision: "run", reason: "only its before step stands" };
    const step = { change, unit, transactional: false, checksum: known.checksum, rollsBack: [BEFORE] };
    if (sameChecksum(file.checksum, known.last.checksum)) return { change, step };
    if (rules.edited === "stop") return stop(problems.editedSinceBefore(file, known, true), "edited since");
    return { change, step, problem: problems.editedSinceBefore(file, known, false) };
  }
  if (unit.irreversible !== null) return stop(problems.irreversible(unit, unit.irreversible), "irreversible");
  const isEdited = !sameChecksum(file.checksum, known.checksum);
  if (isEdited && rules.edited === "stop") return stop(problems.edited(file, known, true), "edited since");
  if (isSqlFile(unit.file) && !transactions.runsSql) {
    return stop(problems.sqlUnsupported(unit, transactions.driver), "the database runs no SQL");
  }
  const transactional = wantsTransaction(unit, transactions);
  if (transactional && !transactions.supported) {
    return stop(problems.transactionsUnsupported(unit, transactions.driver), "the database has no transactions");
  }
  const change: PlannedChange = { ...described, decision: "run", reason: "executed" };
  const rollsBack = known.before === "EXECUTED" ? [CHANGE, BEFORE] : [CHANGE];
  const step = { change, unit, transactional, checksum: known.checksum, rollsBack };
  return isEdited ? { change, step, problem: problems.edited(file, known, false) } : { change, step };
}

/** Nothing is undone over something that nobody knows the state of. */
function unfinished(history: History): Problem[] {
  return Array.from(history.changes.values()).flatMap((known) => {
    const states = [known.execution, known.before];
    if (states.includes("ROLLBACK_FAILED")) return problems.rollbackFailed(known, known);
    if (!states.includes("STARTED")) return [];
    return problems.interrupted(known, known, "an undo over it would leave nobody knowing what stands", [
      "Run `denock migrate`, which rolls it back and executes it again",
      "Or record its outcome with `denock repair`",
    ]);
  });
}
