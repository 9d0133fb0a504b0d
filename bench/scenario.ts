import type { DatabaseKind, HistorySize, Place } from "./databases.ts";
import type { Case } from "./measure.ts";

/** How large a benchmark is. */
export interface Scale {
  /** The counts of changes of the scenarios in which nothing is pending. */
  readonly executed: readonly number[];
  /** The counts of the scenarios in which all are pending: few, and many. */
  readonly pending: readonly [few: number, many: number];
  /** How many changes are applied where requests are held back. */
  readonly pendingFarAway: number;
  /** The latencies, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** How many processes contend. */
  readonly processes: readonly number[];
  /** How many starts there are with a change that runs always. */
  readonly starts: number;
  readonly repetitions: number;
}

/** What a scenario is made of. */
export interface Bench {
  readonly scale: Scale;
  /** The subjects to measure; all of them when undefined. */
  readonly subjects: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

/** What many starts with one change unit that runs always leave behind, a start. */
export interface Growth extends HistorySize {
  readonly database: DatabaseKind;
  readonly recorded: string;
}

/** Cases that are measured in turn, and whatever they share. */
export interface Block extends AsyncDisposable {
  readonly cases: readonly Case[];
  readonly growth?: readonly Growth[];
}

/** Something to measure. */
export interface Scenario {
  /** What `--only` calls it. */
  readonly name: string;
  readonly databases: readonly DatabaseKind[];
  /** Makes what is needed; several blocks are measured one after the other. */
  readonly open: readonly ((place: Place, bench: Bench) => Promise<Block>)[];
}

/** Whether a subject is to be measured. */
export function isWanted({ subjects }: Bench, name: string): boolean {
  return subjects === undefined || subjects.some((wanted) => name.toLowerCase().includes(wanted.toLowerCase()));
}
