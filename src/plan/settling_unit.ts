import type { ListedChange, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { sharesFile } from "../change_unit/file_name.ts";
import type { Plan } from "./plan.ts";

/**
 * The change unit that is executed last in a plan behind which nothing is left to do until a file changes, so that its entry
 * alone can say so; null where a start must look again. What had to be looked into to be decided must be looked into again.
 */
export function settlingUnit(
  { changes, steps, problems }: Plan,
  loaded: ReadonlyMap<ListedChange, LoadedChangeUnit>,
): LoadedChangeUnit | null {
  const isSettled = problems.length === 0 && loaded.size === steps.length &&
    changes.every(({ decision }) => decision === "run" || decision === "done") &&
    steps.every(({ unit }) => !unit.runAlways && !sharesFile(unit));
  return isSettled ? steps.at(-1)?.unit ?? null : null;
}
