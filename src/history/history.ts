import { HistoryError } from "../errors.ts";
import { checkEntry } from "./check_entry.ts";
import { type ChangeEntry, type ChangeState, type EntryType, FORMAT } from "./change_entry.ts";
import type { LogEnd } from "./digest.ts";
import { BEFORE_EXECUTION_TRANSITIONS, EXECUTION_TRANSITIONS, isLegal } from "./states.ts";

/** What the history says of one change unit. */
export interface ChangeHistory {
  /** Its id. */
  readonly id: string;
  /** Its author. */
  readonly author: string;
  /** Its order, as its file, checksum and `runAlways`, by the newest entry of the change itself. */
  readonly order: string;
  /** Its file, or null. */
  readonly file: string | null;
  /** Its checksum, or null. */
  readonly checksum: string | null;
  /** Whether it runs in every execution. */
  readonly runAlways: boolean;
  /** The state of the change itself; null when only its before step has run. */
  readonly execution: ChangeState | null;
  /** The state of its before step; null when it never ran. */
  readonly before: ChangeState | null;
  /** Whether effects of it stand: it was executed and not rolled back since, even where it has failed when it ran again. */
  readonly stands: boolean;
  /**
   * Its place in the order of execution: the position of the entry by which it came to stand, the last time that it did not,
   * or by which its before step did where nothing else of it has stood since; 0 when nothing of it ever has.
   */
  readonly executedSince: number;
  /** The newest entry that is not `IGNORED`. */
  readonly last: ChangeEntry;
}

/** The current state of everything: the log, folded. */
export interface History {
  /** The end of the log. */
  readonly end: LogEnd;
  /** What the newest entry says of everything that the source had, or null. */
  readonly settled: string | null;
  /** The change units by identity. */
  readonly changes: ReadonlyMap<string, ChangeHistory>;
  /** The change units with an id, whoever wrote them. */
  readonly byId: ReadonlyMap<string, readonly string[]>;
  /** The sessions of the newest executions, oldest first. */
  readonly sessions: readonly string[];
}

const SESSIONS_KEPT = 8;
const TYPES: readonly EntryType[] = ["RUN", "EXECUTION", "BEFORE_EXECUTION"];
const STATES: readonly ChangeState[] = ["STARTED", "EXECUTED", "FAILED", "ROLLED_BACK", "ROLLBACK_FAILED", "IGNORED"];

/** The history of a database in which nothing has happened yet. */
export const EMPTY_HISTORY: History = {
  end: { seq: 0, digest: null },
  settled: null,
  changes: new Map(),
  byId: new Map(),
  sessions: [],
};

/** The key under which a change unit stands in a history. */
export function identityOf(change: { readonly id: string; readonly author: string }): string {
  // The length tells where the id ends, whatever is in it.
  return `${change.id.length} ${change.id} ${change.author}`;
}

/**
 * Folds entries that follow `history` into the current state.
 *
 * @throws {HistoryError} with code `HISTORY_BROKEN` for a gap, a broken link or an impossible step, with `HISTORY_NEWER`
 * for what only a newer version can have written.
 */
export function extendHistory(history: History, entries: readonly ChangeEntry[]): History {
  if (entries.length === 0) return history;
  const changes = new Map(history.changes);
  const byId = new Map(history.byId);
  const sessions = new Set(history.sessions);
  let { end, settled } = history;
  for (const entry of entries) {
    checkKnown(entry);
    checkEntry(entry);
    checkLink(entry, end);
    if (entry.type === "RUN") {
      if (entry.session !== null) keepNewest(sessions, entry.session);
    } else {
      const identity = keyOf(entry);
      const known = changes.get(identity);
      const change = extendChange(known, entry);
      if (known === undefined) byId.set(change.id, [...byId.get(change.id) ?? [], identity]);
      changes.set(identity, change);
    }
    end = { seq: entry.seq, digest: entry.digest };
    settled = entry.settled;
  }
  return { end, settled, changes, byId, sessions: [...sessions].slice(-SESSIONS_KEPT) };
}

/** A session that comes again counts as new: it may have a transaction open. */
function keepNewest(sessions: Set<string>, session: string): void {
  sessions.delete(session);
  sessions.add(session);
}

function checkKnown(entry: ChangeEntry): void {
  const unknown = entry.format !== FORMAT
    ? `format ${entry.format}`
    : !TYPES.includes(entry.type)
    ? `type ${entry.type}`
    : !STATES.includes(entry.state)
    ? `state ${entry.state}`
    : undefined;
  if (unknown === undefined) return;
  throw new HistoryError(
    "HISTORY_NEWER",
    `Entry ${entry.seq} of the history has ${unknown}, which a newer version of Denock wrote: use that version`,
  );
}

function checkLink(entry: ChangeEntry, end: LogEnd): void {
  if (entry.seq !== end.seq + 1) {
    throw new HistoryError(
      "HISTORY_BROKEN",
      `The history has no entry ${end.seq + 1} (entry ${entry.seq} follows): it was removed by hand`,
    );
  }
  if (entry.previous === end.digest) return;
  throw new HistoryError(
    "HISTORY_BROKEN",
    `Entry ${entry.seq} of the history does not follow entry ${end.seq}: an entry was edited or removed by hand`,
  );
}

/** What the history says of all change units with an id, whoever wrote them. */
export function changesWithId({ byId, changes }: History, id: string): ChangeHistory[] {
  return (byId.get(id) ?? []).map((identity) => changes.get(identity)).filter((known) => known !== undefined);
}

/** Whether anything of a change unit stands: the change, or the step before it alone. */
export function hasEffects({ stands, before }: ChangeHistory): boolean {
  return stands || before === "EXECUTED";
}

/** Whether only the step before a change stands: the change did not run behind it, or was rolled back and its step not yet. */
export function onlyBeforeStands({ stands, before }: ChangeHistory): boolean {
  return !stands && before === "EXECUTED";
}

/** The key of the change unit that an entry is about. */
export function keyOf({ changeId, author }: ChangeEntry): string {
  return identityOf({ id: changeId ?? "", author: author ?? "" });
}

/**
 * What the history says of a change unit after one more entry about it.
 *
 * @throws {HistoryError} when that step cannot happen.
 */
export function extendChange(known: ChangeHistory | undefined, entry: ChangeEntry): ChangeHistory {
  const { changeId: id, author, order } = entry;
  if (id === null || author === null || order === null) {
    throw new HistoryError("HISTORY_BROKEN", `Entry ${entry.seq} of the history does not name its change unit`);
  }
  const states = { execution: known?.execution ?? null, before: known?.before ?? null };
  if (entry.state === "IGNORED") {
    if (known !== undefined) return known;
  } else if (entry.type === "EXECUTION") {
    checkStep(entry, states.execution, isLegal(EXECUTION_TRANSITIONS, states.execution, entry.state));
    states.execution = entry.state;
  } else {
    checkStep(entry, states.before, isLegal(BEFORE_EXECUTION_TRANSITIONS, states.before, entry.state));
    states.before = entry.state;
  }
  // A before step says nothing of what was executed: an edited change unit may have got no further than that.
  const about = entry.type === "EXECUTION" || known === undefined || known.execution === null
    ? { order, file: entry.file, checksum: entry.checksum, runAlways: entry.runAlways === true }
    : { order: known.order, file: known.file, checksum: known.checksum, runAlways: known.runAlways };
  const stood = known?.stands ?? false;
  const stands =
    entry.type === "EXECUTION" && (entry.state === "EXECUTED" || (stood && entry.state !== "ROLLED_BACK")) ||
    entry.type !== "EXECUTION" && stood;
  const hasCome = stands ? !stood : entry.type !== "EXECUTION" && entry.state === "EXECUTED";
  const executedSince = hasCome ? entry.seq : known?.executedSince ?? 0;
  return { id, author, ...about, ...states, stands, executedSince, last: entry };
}

function checkStep(entry: ChangeEntry, from: ChangeState | null, legal: boolean): void {
  if (legal) return;
  throw new HistoryError(
    "HISTORY_BROKEN",
    `Entry ${entry.seq} of the history takes ${entry.changeId} from ${from ?? "nothing"} to ${entry.state}, ` +
      "which cannot happen: it was not written by Denock",
  );
}
