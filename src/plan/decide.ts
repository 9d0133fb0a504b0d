import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { isSqlFile } from "../change_unit/file_name.ts";
import { compareOrders } from "../change_unit/order.ts";
import type { ChangeState } from "../history/change_entry.ts";
import { type ChangeHistory, onlyBeforeStands } from "../history/history.ts";
import type { Problem } from "../report.ts";
import { type MatchedChange, sameChecksum } from "./match.ts";
import type { PlanInput, PlannedChange, PlanStep } from "./plan.ts";
import { type PlanRules, reasonToSkip } from "./plan_rules.ts";
import * as problems from "./problems.ts";
import { wantsTransaction } from "./share_transaction.ts";

/** What was decided about one change unit. */
export interface Decision {
  /** The decision in words. */
  readonly change: PlannedChange;
  /** How to carry it out, when it is to be executed. */
  readonly step?: PlanStep;
  /** What is wrong, when something is. */
  readonly problem?: Problem;
}

/** Names the newest change unit that was executed. */
export type ExecutedChangeUnit = Pick<LoadedChangeUnit, "id" | "order" | "file">;

const REASONS: Readonly<Record<ChangeState, string>> = {
  STARTED: "interrupted: it is rolled back, then executed again",
  EXECUTED: "it runs in every execution",
  FAILED: "it failed before",
  ROLLED_BACK: "it was rolled back before",
  ROLLBACK_FAILED: "it could not be rolled back",
  IGNORED: "pending",
};

/** Decides about one change unit: the rows of the table in `docs/architecture.md`, one after the other. */
export function decide(
  matched: MatchedChange,
  newestExecuted: ExecutedChangeUnit | undefined,
  rules: PlanRules,
  transactions: PlanInput["transactions"],
): Decision {
  const { listed, unit, known } = matched;
  if (unit === undefined) return decideUnloaded(matched);
  const skipped = reasonToSkip(unit, rules);
  const stop = (problem: Problem, reason: string): Decision => ({
    change: describe(matched, problem.severity === "error" ? "stop" : "done", reason),
    problem,
  });
  if (known?.execution === "ROLLBACK_FAILED" || known?.before === "ROLLBACK_FAILED") {
    return stop(problems.rollbackFailed(listed, known), REASONS.ROLLBACK_FAILED);
  }
  const unchanged = known !== undefined && sameChecksum(listed.checksum, known.checksum);
  const runsAgain = unit.runAlways || (unit.runOnChange && !unchanged);
  if (known?.execution === "EXECUTED" && known.before !== "STARTED" && !runsAgain) {
    if (unchanged) return { change: describe(matched, "done", "executed") };
    return stop(problems.edited(listed, known, rules.edited === "stop"), "edited after it was executed");
  }
  if (skipped !== undefined) return { change: describe(matched, "skip", skipped) };
  const isInterrupted = known?.execution === "STARTED" || known?.before === "STARTED";
  if (isInterrupted) {
    const problem = whyNotRecoverable(matched, unit, known);
    if (problem !== undefined) return stop(problem, "interrupted");
  }
  const standing = problemOfStandingBefore(matched, known);
  if (standing !== undefined) return stop(standing, "interrupted");
  if (isOutOfOrder(unit, known, newestExecuted, rules)) {
    return stop(
      problems.outOfOrder(listed, newestExecuted),
      `ordered before ${newestExecuted.order}, which was executed`,
    );
  }
  if (isSqlFile(unit.file) && !transactions.runsSql) {
    return stop(problems.sqlUnsupported(unit, transactions.driver), "the database runs no SQL");
  }
  const transactional = wantsTransaction(unit, transactions);
  if (transactional && !transactions.supported) {
    return stop(problems.transactionsUnsupported(unit, transactions.driver), "the database has no transactions");
  }
  const change = describe(matched, "run", reasonToRun(unit, known, unchanged, isInterrupted));
  const repeats = known?.execution === "EXECUTED" && unchanged;
  return { change, step: { change, unit, transactional, repeats, ...recovery(unit, known) } };
}

/** Without a look inside only what is executed and unchanged can be decided; the rest could not be loaded. */
function decideUnloaded(matched: MatchedChange): Decision {
  const settled = matched.known?.execution === "EXECUTED";
  const change = describe(matched, settled ? "done" : "stop", settled ? "executed" : "it cannot be loaded");
  return { change };
}

function isOutOfOrder(
  unit: LoadedChangeUnit,
  known: ChangeHistory | undefined,
  newest: ExecutedChangeUnit | undefined,
  rules: PlanRules,
): newest is ExecutedChangeUnit {
  const wasBegun = known !== undefined && (known.execution !== null || known.before !== null);
  if (wasBegun) return false;
  if (newest === undefined || unit.outOfOrder || rules.outOfOrder === "run") return false;
  return compareOrders(unit.order, newest.order) < 0;
}

function whyNotRecoverable(
  { listed }: MatchedChange,
  unit: LoadedChangeUnit,
  known: ChangeHistory,
): Problem | undefined {
  if (!sameChecksum(listed.checksum, known.last.checksum)) {
    const why = "its file was edited since, so its rollback method may not undo what was begun";
    return problems.interrupted(listed, known, why, [
      "Restore the file to what was begun, and run again",
      `Or look at what it has changed, and record the outcome: ${problems.markCommands(known.id)}`,
    ]);
  }
  if (known.execution === "STARTED" && unit.rollbackExecution === null) {
    const why = `it cannot be rolled back (${unit.irreversible}), so it cannot be known how far it came`;
    return problems.interrupted(listed, known, why, [
      `Look at what it has changed, and record the outcome: ${problems.markCommands(known.id)}`,
    ]);
  }
  if (known.before === "STARTED" && unit.rollbackBeforeExecution === null) {
    return problems.interrupted(listed, known, "it has no rollbackBeforeExecution any more", ["Put that back"]);
  }
  return undefined;
}

/** A before step that an earlier version has executed is not the ground that this version expects. */
function problemOfStandingBefore({ listed }: MatchedChange, known: ChangeHistory | undefined): Problem | undefined {
  if (known?.before !== "EXECUTED" || known.execution === "EXECUTED") return undefined;
  if (sameChecksum(listed.checksum, known.last.checksum)) return undefined;
  const why = "its file was edited since its before step was executed, which still stands";
  return problems.interrupted(listed, known, why, [
    "Restore the file to what was begun, and run again",
    `Or undo what the before step did, and record that: denock repair --rolled-back ${known.id}`,
  ]);
}

function reasonToRun(
  unit: LoadedChangeUnit,
  known: ChangeHistory | undefined,
  unchanged: boolean,
  isInterrupted: boolean,
): string {
  if (isInterrupted) return REASONS.STARTED;
  if (known === undefined) return "pending";
  if (known.execution === "EXECUTED" && !unchanged && unit.runOnChange) return "it was edited and runs on change";
  const reason = known.execution === null ? "pending" : REASONS[known.execution];
  return onlyBeforeStands(known) ? `${reason}, and its before step stands` : reason;
}

function recovery(unit: LoadedChangeUnit, known: ChangeHistory | undefined): Pick<PlanStep, "recover" | "runsBefore"> {
  const recover: PlanStep["recover"][number][] = [];
  if (known?.execution === "STARTED") recover.push("EXECUTION");
  if (known?.before === "STARTED") recover.push("BEFORE_EXECUTION");
  const stands = known?.before === "EXECUTED" && known.execution !== "EXECUTED";
  return { recover, runsBefore: unit.beforeExecution !== null && !stands };
}

function describe({ listed, unit, known }: MatchedChange, decision: PlannedChange["decision"], reason: string) {
  const { id, order, file } = listed;
  const author = unit?.author ?? known?.author ?? listed.author ?? "";
  const stored = known === undefined ? UNKNOWN : describeKnown(known);
  return { ...stored, id, author, order, file, decision, reason };
}

const UNKNOWN = { state: "PENDING", timestamp: null, executionMillis: null } as const;

/** What the history says of a change unit, in the words of a plan. */
export function describeKnown(known: ChangeHistory): Omit<PlannedChange, "decision" | "reason"> {
  const { id, author, order, file, last } = known;
  if (known.execution === null && known.before === null) return { id, author, order, file, ...UNKNOWN };
  const state = known.execution ?? (known.before === "STARTED" ? "STARTED" : "PENDING");
  return { id, author, order, file, state, timestamp: last.timestamp, executionMillis: last.executionMillis };
}
