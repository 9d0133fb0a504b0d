import type { BenchDatabase, DatabaseKind } from "./databases.ts";
import type { Settings } from "./programs/program.ts";

/** A file with one change. */
export interface Unit {
  readonly number: number;
  readonly fileName: string;
  readonly text: string;
}

/** Something that brings a database up to date, and so can be measured. */
export interface Subject {
  /** What it is called in results. */
  readonly name: string;
  /** The file in `bench/programs` that runs it. */
  readonly program: string;
  readonly databases: readonly DatabaseKind[];
  /** What a change and its record share, in few words for the tables. */
  readonly transactions: string;
  readonly settings?: Settings;
  /** The table or collection that it keeps its records in. */
  readonly records: string;
  /** Whether a start with very many executed changes takes so long that it is measured less often. */
  readonly slowWithMany?: true;
  /** How many records it keeps beside those of the changes. */
  readonly otherRecords?: number;
  /** The file of a change that adds an item; `pause` is code to run at the end of it. Without it, there are no files. */
  readonly unit?: (database: DatabaseKind, number: number, pause: string) => Unit;
  /** Records changes as executed. */
  seed(database: BenchDatabase, units: readonly Unit[]): Promise<void>;
}

/** The number of a change as file names have it. */
export function padded(number: number): string {
  return String(number).padStart(6, "0");
}
