import type { ChangeEntry, ChangeState, EntryType } from "../../src/history/change_entry.ts";
import type { TransactionStrategy } from "../../src/plan/plan.ts";
import type { PlanRules } from "../../src/plan/plan_rules.ts";

/** What the text of a file says. The same id and version always mean the same text, and so the same checksum. */
export interface Text {
  readonly id: string;
  readonly version: number;
  readonly author: string;
  readonly transactional: boolean;
  readonly failFast: boolean;
  readonly again: "never" | "always" | "on change";
  readonly outOfOrder: boolean;
  readonly reversible: boolean;
  readonly hasBefore: boolean;
  readonly profiles: readonly string[];
  readonly systemVersion: string;
}

/** A file of the folder. */
export interface PlainFile {
  readonly order: string;
  readonly text: Text;
}

/** What a run is told beside its files. */
export interface Settings {
  readonly rules: PlanRules;
  readonly strategy: TransactionStrategy;
  readonly supported: boolean;
  readonly recordRepeats: boolean;
}

/** What has become of a change unit. */
export interface Known {
  readonly id: string;
  readonly author: string;
  readonly execution: ChangeState | null;
  readonly before: ChangeState | null;
  readonly order: string;
  readonly file: string | null;
  readonly checksum: string | null;
  readonly runAlways: boolean;
  /** The position from which on what it did stands; 0 when it never stood, or was rolled back. */
  readonly since: number;
  /** Its place among what can be undone, by where the change came to stand, or else its before step; 0 for nothing left. */
  readonly place: number;
  /** The checksum of whatever happened last. */
  readonly lastChecksum: string | null;
}

/** The change units that something is known of, by id and author. */
export type KnownUnits = ReadonlyMap<string, Known>;

export function keyOf({ id, author }: { readonly id: string; readonly author: string }): string {
  return `${id} by ${author}`;
}

export function checksumOf({ id, version }: Text): string {
  return `sha256:${id}.${version}`;
}

export function fileNameOf({ order, text }: PlainFile): string {
  return `${order}_${text.id}.ts`;
}

/** Orders of these tests have at most two small numbers. */
export function rank(order: string): number {
  const [first = 0, second = -1] = order.split(".").map(Number);
  return first * 1_000 + second + 1;
}

export function inOrder(left: { readonly order: string }, right: { readonly order: string }): number {
  return rank(left.order) - rank(right.order);
}

/** What a history says, by looking at all entries of each change unit at once. */
export function foldPlainly(entries: readonly ChangeEntry[]): KnownUnits {
  const groups = Map.groupBy(
    entries.filter(({ type }) => type !== "RUN"),
    ({ changeId, author }) => keyOf({ id: changeId ?? "", author: author ?? "" }),
  );
  return new Map([...groups].map(([key, entries]) => [key, foldOne(entries)]));
}

function foldOne(entries: readonly ChangeEntry[]): Known {
  const real = entries.filter(({ state }) => state !== "IGNORED");
  const stateOf = (type: EntryType) => real.findLast((entry) => entry.type === type)?.state ?? null;
  const executions = real.filter(({ type }) => type === "EXECUTION");
  const about = executions.at(-1) ?? real.at(-1) ?? entries[0];
  const last = real.at(-1) ?? entries[0];
  if (about === undefined || last === undefined) throw new Error("There is no entry");
  const undone = executions.findLastIndex(({ state }) => state === "ROLLED_BACK");
  const standing = executions.slice(undone + 1).find(({ state }) => state === "EXECUTED");
  return {
    id: about.changeId ?? "",
    author: about.author ?? "",
    execution: stateOf("EXECUTION"),
    before: stateOf("BEFORE_EXECUTION"),
    order: about.order ?? "",
    file: about.file,
    checksum: about.checksum,
    runAlways: about.runAlways === true,
    since: standing?.seq ?? 0,
    place: placeOf(real),
    lastChecksum: last.checksum,
  };
}

/** The newest arrival of the change since nothing of it stood, or else the first of its before step. */
function placeOf(entries: readonly ChangeEntry[]): number {
  const isBefore = ({ type }: ChangeEntry) => type === "BEFORE_EXECUTION";
  const changeStands = (upTo: number) => {
    const states = entries.slice(0, upTo).filter((entry) => !isBefore(entry)).map(({ state }) => state);
    return states.lastIndexOf("EXECUTED") > states.lastIndexOf("ROLLED_BACK");
  };
  const beforeStands = (upTo: number) => entries.slice(0, upTo).findLast(isBefore)?.state === "EXECUTED";
  const moments = entries.map((_, index) => index + 1);
  const clear = Math.max(0, ...moments.filter((moment) => !changeStands(moment) && !beforeStands(moment)));
  const since = moments.filter((moment) => moment > clear);
  const arrival = since.findLast((moment) => changeStands(moment) && !changeStands(moment - 1)) ?? since[0];
  return arrival === undefined ? 0 : entries[arrival - 1]?.seq ?? 0;
}
