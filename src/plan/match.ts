import type { ListedChange, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { sharesFile } from "../change_unit/file_name.ts";
import { type ChangeHistory, changesWithId, type History, identityOf } from "../history/history.ts";

/** A listed change unit beside what the history says of it. */
export interface MatchedChange {
  /** What the source knows of it. */
  readonly listed: ListedChange;
  /** The change unit, where it had to be loaded and could be. */
  readonly unit: LoadedChangeUnit | undefined;
  /** What the history says of it. */
  readonly known: ChangeHistory | undefined;
}

/**
 * The change unit of the history that this is, unchanged; undefined when that takes a look inside. A file is never taken for
 * one of several change units that have come from one file, even if it has its id: the others would be forgotten.
 */
export function findUnchanged(listed: ListedChange, history: History): ChangeHistory | undefined {
  if (listed.author !== null) {
    const known = history.changes.get(identityOf({ id: listed.id, author: listed.author }));
    return known !== undefined && sameChecksum(listed.checksum, known.checksum) ? known : undefined;
  }
  if (listed.checksum === null) return undefined;
  return changesWithId(history, listed.id)
    .find((known) => known.checksum === listed.checksum && !sharesFile(known));
}

/** Whether a change unit must be loaded to decide about it: everything but what is executed, unchanged and runs once. */
export function needsLoading(listed: ListedChange, history: History): boolean {
  const known = findUnchanged(listed, history);
  if (known === undefined || known.runAlways || known.execution !== "EXECUTED") return true;
  return known.before !== null && known.before !== "EXECUTED" && known.before !== "ROLLED_BACK";
}

/** Brings together what the source lists, what was loaded of it, and what the history says. */
export function matchChange(listed: ListedChange, unit: LoadedChangeUnit | undefined, history: History): MatchedChange {
  const known = unit === undefined ? findUnchanged(listed, history) : history.changes.get(identityOf(unit));
  return { listed, unit, known };
}

/** Whether two checksums say the same; without one there is nothing to compare. */
export function sameChecksum(left: string | null, right: string | null): boolean {
  return left === null || right === null || left === right;
}
