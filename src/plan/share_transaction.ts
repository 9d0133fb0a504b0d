import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import type { EntryType } from "../history/change_entry.ts";
import type { Plan, PlanInput, PlannedChange, TransactionStrategy } from "./plan.ts";
import { notInOneTransaction } from "./problems.ts";

/** A step of a plan, as far as transactions are concerned. */
interface TransactionalStep {
  readonly change: PlannedChange;
  readonly unit: LoadedChangeUnit;
  readonly transactional: boolean;
  /** What is rolled back, when that is what there is to do. */
  readonly rollsBack?: readonly Exclude<EntryType, "RUN">[];
}

/** Whether a change unit is to run in a transaction. */
export function wantsTransaction(unit: LoadedChangeUnit, transactions: PlanInput["transactions"]): boolean {
  return transactions.strategy !== "none" && (unit.transactional ?? transactions.byDefault);
}

/** With one transaction for all, every step of an execution must be able to share it; which those are, a limit decides. */
export function shareTransaction<Step extends TransactionalStep>(
  plan: Plan<Step>,
  strategy: TransactionStrategy,
): Plan<Step> {
  const alone = strategy === "run" ? plan.steps.filter((step) => !fits(step)) : [];
  if (alone.length === 0) return plan;
  const stopped = new Set(alone.map(({ change }) => change));
  return {
    changes: plan.changes.map((change) =>
      stopped.has(change)
        ? { ...change, decision: "stop", reason: "it cannot be part of the one transaction of the execution" }
        : change
    ),
    steps: plan.steps.filter(fits),
    problems: [...plan.problems, ...alone.map(({ unit }) => notInOneTransaction(unit))],
  };
}

/** A before step never runs in a transaction, and so is in nobody's way when it alone is rolled back. */
function fits({ transactional, rollsBack }: TransactionalStep): boolean {
  return transactional || rollsBack?.includes("EXECUTION") === false;
}
