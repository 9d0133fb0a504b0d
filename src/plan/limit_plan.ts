import { compareOrders } from "../change_unit/order.ts";
import type { Problem } from "../report.ts";
import type { Plan } from "./plan.ts";
import { targetUnknown } from "./problems.ts";

/** How far to go. Without a limit: to the end. */
export interface Limit {
  /** The id of the last change unit, which is included. */
  readonly to?: string;
  /** How many change units at most. */
  readonly count?: number;
}

/**
 * Refuses a limit that is none.
 *
 * @throws {TypeError} when the count is not a whole number above zero.
 */
export function checkLimit({ count }: Limit): void {
  if (count === undefined || (Number.isSafeInteger(count) && count > 0)) return;
  throw new TypeError(`A count must be a whole number above zero: it is ${count}`);
}

/** Cuts a plan off behind its limit; what is behind it stays pending. */
export function limitPlan(plan: Plan, { to, count }: Limit, source: string): Plan {
  const found: Problem[] = [];
  let steps = plan.steps;
  if (to !== undefined) {
    const targets = plan.changes.filter(({ id }) => id === to);
    const order = targets.map((target) => target.order).toSorted(compareOrders).at(-1);
    if (order === undefined) found.push(targetUnknown(to, `is not in ${source}`));
    else steps = steps.filter(({ unit }) => compareOrders(unit.order, order) <= 0);
  }
  if (count !== undefined) steps = steps.slice(0, count);
  const kept = new Set(steps.map(({ change }) => change));
  const changes = plan.changes.map((change) =>
    change.decision === "run" && !kept.has(change)
      ? { ...change, decision: "later" as const, reason: "behind the limit of this execution" }
      : change
  );
  return { changes, steps, problems: [...plan.problems, ...found] };
}
