import { type ChangeHistory, type History, identityOf, onlyBeforeStands } from "../history/history.ts";
import { describeKnown } from "../plan/decide.ts";
import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { ChangeReference } from "../report.ts";

/** A change unit that the folder has. */
export interface CodeRow extends ChangeReference {
  /** What is special about it. */
  readonly details: readonly string[];
  /** Whether it can be undone; null for one that the plan did not have to load. */
  readonly canBeUndone: boolean | null;
}

/** A change unit that the history has. */
export interface DatabaseRow extends Omit<PlannedChange, "decision" | "reason"> {
  /** What is special about it. */
  readonly details: readonly string[];
}

/** A change unit that one of them has, or both. */
export interface CompareRow extends DatabaseRow {
  /** Whether it can be undone; null for one that the plan did not have to load. */
  readonly canBeUndone: boolean | null;
}

const NOT_FOUND = "not found in code";

const STATE_DETAILS: Readonly<Partial<Record<PlannedChange["state"], string>>> = {
  STARTED: "interrupted, or under way",
  FAILED: "execution failed",
  ROLLED_BACK: "rolled back",
  ROLLBACK_FAILED: "rollback failed",
};

/** What the history has. */
export function databaseRows({ changes }: History): DatabaseRow[] {
  return Array.from(changes.values(), (known) => {
    const change = describeKnown(known);
    return { ...change, details: stateDetails(change.state, known) };
  });
}

/** What the folder has. */
export function codeRows(plan: Plan): CodeRow[] {
  return plan.changes.filter(({ decision }) => decision !== "missing").map((change) => {
    const { id, author, order, file } = change;
    const isUnread = change.decision === "stop" && author === "";
    const details = [...(isUnread ? [change.reason] : []), ...unitDetails(change, plan)];
    return { id, author, order, file, details, canBeUndone: canBeUndone(change, plan) };
  });
}

/** What the two have, side by side. */
export function compareRows(plan: Plan, history: History): CompareRow[] {
  const planned = new Set(plan.changes.map(identityOf));
  const unread = new Set(plan.changes.filter(({ author }) => author === "").map(({ id }) => id));
  // The plan has no use for what took no effect and is gone.
  const gone = databaseRows(history)
    .filter((row) => !planned.has(identityOf(row)) && !unread.has(row.id))
    .map((row) => ({ ...row, details: [NOT_FOUND, ...row.details], canBeUndone: null }));
  const rows = plan.changes.map((change) => ({
    ...change,
    details: compareDetails(change, plan, history.changes.get(identityOf(change))),
    canBeUndone: canBeUndone(change, plan),
  }));
  return [...rows, ...gone];
}

function compareDetails(change: PlannedChange, plan: Plan, known: ChangeHistory | undefined): string[] {
  const details = [
    ...(change.decision === "missing" ? [NOT_FOUND] : []),
    ...(isEdited(change, plan) ? ["edited"] : []),
    ...stateDetails(change.state, known),
  ];
  const isUnsaid = change.decision === "skip" || (change.decision === "stop" && details.length === 0);
  return [...details, ...(isUnsaid ? [change.reason] : []), ...unitDetails(change, plan)];
}

function stateDetails(state: PlannedChange["state"], known: ChangeHistory | undefined): string[] {
  const error = known?.last.error ?? null;
  const standing = known !== undefined && onlyBeforeStands(known) ? ["its before step stands"] : [];
  const failed = state === "PENDING" ? "its before step failed" : "its undo failed";
  const what = STATE_DETAILS[state] ?? (error === null ? undefined : failed);
  if (what === undefined) return standing;
  return [error === null ? what : `${what}: ${error.name}: ${error.message}`, ...standing];
}

/** What is executed and edited is a problem, or runs again for that. */
function isEdited({ file, state }: PlannedChange, { problems, steps }: Plan): boolean {
  if (file === null || state !== "EXECUTED") return false;
  return problems.some(({ code, files }) => code === "CHANGE_EDITED" && files.includes(file)) ||
    steps.some(({ unit }) => unit.file === file && unit.runOnChange && !unit.runAlways);
}

function unitDetails(change: PlannedChange, plan: Plan): string[] {
  const unit = unitOf(change, plan);
  if (unit === undefined) return [];
  return [
    ...(unit.runAlways ? ["runs in every execution"] : []),
    ...(unit.irreversible === null ? [] : [`cannot be undone: ${unit.irreversible}`]),
  ];
}

function canBeUndone(change: PlannedChange, plan: Plan): boolean | null {
  const unit = unitOf(change, plan);
  return unit === undefined ? null : unit.irreversible === null;
}

/** The plan keeps what it has loaded only of what is to run. */
function unitOf(change: PlannedChange, { steps }: Plan) {
  return steps.find((step) => step.change === change)?.unit;
}
