import type { ChangeEntry } from "../history/change_entry.ts";
import { verifyDigests } from "../history/digest.ts";
import { isSettledBy } from "../plan/is_settled_by.ts";
import { snapshotOf } from "../source/snapshot_of.ts";
import type { ChangeSource, SourceSnapshot } from "../source/source.ts";
import { readEntries, type ReadEntriesOptions } from "./read_entries.ts";

/** What a migration begins with. */
export interface Start {
  /** What the source has. */
  readonly snapshot: SourceSnapshot;
  /** The history, or its newest entry alone. */
  readonly entries: readonly ChangeEntry[];
  /** Whether that entry says that there is nothing to do. */
  readonly isSettled: boolean;
}

/**
 * Looks whether there is anything to do: reads the history, or its newest entry alone where that says that nothing was left to
 * do behind it and the source has not changed since.
 *
 * @throws {SourceError} when the source cannot be read.
 * @throws {DatabaseError} when the database cannot be reached.
 * @throws {HistoryError} when that entry was edited.
 */
export async function readStart(options: ReadEntriesOptions & { readonly source: ChangeSource }): Promise<Start> {
  const snapshot = await snapshotOf(options.source);
  const { digest } = snapshot;
  const entries = await readEntries(options, digest === null ? {} : { unlessSettled: digest }, false);
  const [only] = entries;
  // An entry of its own at the first position belongs to a history that was begun and no more.
  const isSettled = digest !== null && entries.length === 1 && only !== undefined && only.seq > 1 &&
    isSettledBy(only, digest);
  if (isSettled) await verifyDigests(entries);
  return { snapshot, entries, isSettled };
}
