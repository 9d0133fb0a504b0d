import type { Limit } from "../plan/limit_plan.ts";
import type { UndoTarget } from "../plan/undo_plan.ts";
import { count, flag, type OptionValues, text } from "./option.ts";
import { UsageError } from "./usage_error.ts";

/** The options that say how far to go. */
export const LIMIT_OPTIONS = {
  to: text("ID", "up to this change unit, and it as well"),
  count: count("N", "this many change units at most"),
};

/** The options that say how far back to go. */
export const UNDO_OPTIONS = {
  to: text("ID", "back to this change unit, and it as well"),
  count: count("N", "the last N that were executed"),
  all: flag("everything that is executed"),
};

/** What was said of how far to go. */
export function limitOf({ to, count }: OptionValues<typeof LIMIT_OPTIONS>): Limit {
  return { ...(to !== undefined && { to }), ...(count !== undefined && { count }) };
}

/**
 * What was said of how far back to go.
 *
 * @throws {UsageError} unless exactly one thing was said.
 */
export function undoTargetOf({ to, count, all }: OptionValues<typeof UNDO_OPTIONS>): UndoTarget {
  const targets: UndoTarget[] = [
    ...(to === undefined ? [] : [{ to }]),
    ...(count === undefined ? [] : [{ count }]),
    ...(all ? [{ all }] : []),
  ];
  const [target, second] = targets;
  if (target !== undefined && second === undefined) return target;
  const message = target === undefined
    ? "Nothing says how far back to go"
    : "Only one option can say how far back to go";
  const ways = Object.entries(UNDO_OPTIONS).map(([name, { placeholder, description }]) =>
    `--${name}${placeholder === undefined ? "" : ` ${placeholder}`}: ${description}`
  );
  throw new UsageError(message, ways);
}
