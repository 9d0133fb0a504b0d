import type { PlanStep, TransactionStrategy } from "../plan/plan.ts";

/** Which steps share a transaction. */
export interface Grouping {
  /** The strategy. */
  readonly transactionStrategy: TransactionStrategy;
  /** With the strategy `change`: how many at most. */
  readonly unitsPerTransaction: number;
}

/**
 * Takes steps together that share a transaction, in their order: with the strategy `run` all of them, with `change` as many
 * neighbours as may, where `mayShare` says whether a step may share one at all.
 */
export function groupSteps<Step>(
  steps: readonly Step[],
  { transactionStrategy, unitsPerTransaction }: Grouping,
  mayShare: (step: Step) => boolean,
): readonly (readonly [Step, ...Step[]])[] {
  const most = transactionStrategy === "run" ? Infinity : unitsPerTransaction;
  const groups: [Step, ...Step[]][] = [];
  let open: [Step, ...Step[]] | undefined;
  for (const step of steps) {
    const isOpen = transactionStrategy === "run" || mayShare(step);
    if (isOpen && open !== undefined && open.length < most) {
      open.push(step);
      continue;
    }
    const group: [Step, ...Step[]] = [step];
    groups.push(group);
    open = isOpen ? group : undefined;
  }
  return groups;
}

/**
 * Whether a change unit may share a transaction with its neighbours: when it fails they are rolled back with it, so nothing may
 * have happened outside of the transaction, and its failure must end the execution anyway.
 */
export function mayShareTransaction({ unit, transactional, runsBefore, recover }: PlanStep): boolean {
  return transactional && unit.failFast && !runsBefore && recover.length === 0 && !unit.runAlways;
}
