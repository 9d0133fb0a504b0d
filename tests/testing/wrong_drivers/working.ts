import type { Driver, Guard, MemoryDriverContext, Transaction } from "../../../mod.ts";
import { alter } from "./wrong_driver.ts";

/** A right driver. */
export type Right = Driver<MemoryDriverContext>;

/** The work of a transaction. */
export type Work<Result> = (transaction: Transaction<MemoryDriverContext>) => Promise<Result>;

/** A driver whose transactions give something else to the work. */
export function working(
  right: Right,
  change: (transaction: Transaction<MemoryDriverContext>, guard: Guard) => Transaction<MemoryDriverContext>,
  others: Partial<Right> = {},
): Right {
  return alter(right, {
    ...others,
    transaction: (work, guard) => right.transaction((transaction) => work(change(transaction, guard)), guard),
  });
}
