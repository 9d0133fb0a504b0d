import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { compareOrders } from "../change_unit/order.ts";
import type { ChangeState, EntryType } from "../history/change_entry.ts";
import { type ChangeHistory, changesWithId, type History, identityOf, onlyBeforeStands } from "../history/history.ts";
import type { Problem } from "../report.ts";
import { describeKnown } from "./decide.ts";
import { matchChange, sameChecksum } from "./match.ts";
import { findDuplicates } from "./make_plan.ts";
import type { Plan, PlanInput, PlannedChange } from "./plan.ts";
import * as problems from "./problems.ts";

/** What an entry about a marked change unit says of it. */
export type MarkSubject = Pick<
  LoadedChangeUnit,
  "id" | "author" | "order" | "file" | "checksum" | "systemVersion" | "runAlways"
>;

/** Entries to append about a change unit without running anything of it. */
export interface MarkStep {
  /** The decision. */
  readonly change: PlannedChange;
  /** The change unit. */
  readonly unit: MarkSubject;
  /** The states to record, in this order. */
  readonly marks: readonly { readonly type: Exclude<EntryType, "RUN">; readonly state: ChangeState }[];
}

/** What to repair: who looked at the database knows what became of a change unit. */
export interface RepairRequest {
  /** The id of the change unit. */
  readonly id: string;
  /** Its author; needed only where several have change units with this id. */
  readonly author?: string;
  /**
   * `executed`: what was interrupted, the change or the step before it, has taken effect completely. `rolled back`: nothing of
   * it is left, also of a before step that alone stood. `accepted`: it was executed, and the file as it is now is to be taken
   * for what was executed.
   */
  readonly as: "executed" | "rolled back" | "accepted";
}

/** Plans entries by which a person says what became of change units. */
export function makeRepairPlan(input: PlanInput, requests: readonly RepairRequest[]): Plan<MarkStep> {
  const repaired = new Set<string>();
  const loaded = new Map(Array.from(input.units.values(), (unit) => [identityOf(unit), unit]));
  const decisions = requests.map((request): MarkDecision => {
    const decision = decideRepair(input.history, loaded, request);
    if (!("step" in decision)) return decision;
    const identity = identityOf(decision.step.unit);
    if (repaired.has(identity)) return { problem: problems.repairTwice(request.id) };
    repaired.add(identity);
    return decision;
  });
  return {
    changes: decisions.flatMap((decision) => "step" in decision ? decision.step.change : []),
    steps: decisions.flatMap((decision) => "step" in decision ? decision.step : []),
    problems: decisions.flatMap((decision) => "problem" in decision ? decision.problem : []),
  };
}

type MarkDecision = { readonly step: MarkStep } | { readonly problem: Problem };

function decideRepair(
  history: History,
  loaded: ReadonlyMap<string, LoadedChangeUnit>,
  { id, author, as }: RepairRequest,
): MarkDecision {
  const known = changesWithId(history, id).filter((change) => author === undefined || change.author === author);
  const [change, second] = known;
  if (change === undefined) return { problem: problems.targetUnknown(id, "is not in the history") };
  if (second !== undefined) {
    const authors = known.map((each) => each.author).join(", ");
    return { problem: problems.repairImpossible(change, `several authors have that id: ${authors}; name one`) };
  }
  const unit = loaded.get(identityOf(change));
  if (as === "accepted") return accept(change, unit);
  const state = as === "executed" ? "EXECUTED" : "ROLLED_BACK";
  const open = (each: ChangeState | null) => each === "STARTED" || each === "ROLLBACK_FAILED";
  // What is left is what the word of a person is about: only the before step, where the change itself is not open.
  const isLeft = open(change.before) || (state === "ROLLED_BACK" && onlyBeforeStands(change));
  const isBeforeOnly = isLeft && !open(change.execution);
  const marksBefore = open(change.before) || (state === "ROLLED_BACK" && change.before === "EXECUTED");
  const marks: MarkStep["marks"] = [
    ...(isBeforeOnly ? [] : [{ type: "EXECUTION", state } as const]),
    ...(marksBefore ? [{ type: "BEFORE_EXECUTION", state } as const] : []),
  ];
  if (change.execution === state && !isLeft) {
    return { problem: problems.repairImpossible(change, `it is ${state} already`) };
  }
  return {
    step: step(change, as === "executed" && unit !== undefined ? unit : subjectOf(change), marks, `marked as ${as}`),
  };
}

function accept(known: ChangeHistory, unit: LoadedChangeUnit | undefined): MarkDecision {
  if (known.execution !== "EXECUTED") {
    return { problem: problems.repairImpossible(known, `it is not executed but ${known.execution ?? "pending"}`) };
  }
  if (unit === undefined) {
    return { problem: problems.repairImpossible(known, "its file is missing or cannot be loaded") };
  }
  if (sameChecksum(unit.checksum, known.checksum)) {
    return { problem: problems.repairImpossible(known, "it was not edited since it was executed") };
  }
  return { step: step(known, unit, [{ type: "EXECUTION", state: "EXECUTED" }], "accepted as it is now") };
}

/** What the history says of a change unit; what is rolled back is what was begun, whatever its file says now. */
function subjectOf({ id, author, order, file, checksum, runAlways, last }: ChangeHistory): MarkSubject {
  return { id, author, order, file, checksum, runAlways, systemVersion: last.systemVersion ?? "0" };
}

/** Plans entries by which all change units up to one count as executed, without running them. */
export function makeBaselinePlan(input: PlanInput, to: string): Plan<MarkStep> {
  const listed = input.listed.toSorted((left, right) => compareOrders(left.order, right.order));
  const last = listed.findLastIndex(({ id }) => id === to);
  if (last < 0) {
    return {
      changes: [],
      steps: [],
      problems: [...input.found, problems.targetUnknown(to, `is not in ${input.source}`)],
    };
  }
  const matched = listed.slice(0, last + 1).map((each) => matchChange(each, input.units.get(each), input.history));
  const found: Problem[] = [...input.found, ...findDuplicates(matched)];
  const steps: MarkStep[] = [];
  for (const { unit, known } of matched) {
    if (known?.execution === "EXECUTED" || unit === undefined) continue;
    const open = [known?.execution, known?.before].find((state) => state === "STARTED" || state === "ROLLBACK_FAILED");
    if (open !== undefined && known !== undefined) {
      found.push(problems.repairImpossible(known, `it is ${open}: record its outcome with \`denock repair\``));
      continue;
    }
    const before = unit.beforeExecution !== null && known?.before == null;
    const marks = [
      ...(before ? [{ type: "BEFORE_EXECUTION", state: "EXECUTED" } as const] : []),
      { type: "EXECUTION", state: "EXECUTED" } as const,
    ];
    steps.push(step(known, unit, marks, "part of the baseline"));
  }
  return { changes: steps.map(({ change }) => change), steps, problems: found };
}

function step(
  known: ChangeHistory | undefined,
  unit: MarkSubject,
  marks: MarkStep["marks"],
  reason: string,
): MarkStep {
  const stored = known === undefined
    ? { state: "PENDING" as const, timestamp: null, executionMillis: null }
    : describeKnown(known);
  const { id, author, order, file } = unit;
  return { change: { ...stored, id, author, order, file, decision: "run", reason }, unit, marks };
}
