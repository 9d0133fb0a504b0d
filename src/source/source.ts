import type { ListedChange } from "../change_unit/change_unit.ts";
import type { ChangeUnitReading } from "../change_unit/read_change_unit.ts";
import type { Problem } from "../report.ts";

/** What a source has, as far as that is known without loading anything. */
export interface SourceListing {
  /** The change units, in no particular order. */
  readonly changes: readonly ListedChange[];
  /** What is wrong with the place itself, for example a file whose name almost matches. */
  readonly problems: readonly Problem[];
}

/** What a source had at one moment. */
export interface SourceSnapshot {
  /** A digest of everything in it, which is another as soon as anything is; null where there is none, or something is wrong. */
  readonly digest: string | null;
  /** How many change units there are. */
  readonly count: number;
  /**
   * Lists all change units without loading any.
   *
   * @param checksums The checksums by file, where they are known by the digest: then they need not be computed.
   */
  list(checksums?: ReadonlyMap<string, string>): Promise<SourceListing>;
}

/** Where change units are listed and loaded from. */
export interface ChangeSource {
  /** What people call it, for example the path of the folder. */
  readonly name: string;
  /**
   * Lists all change units without loading any.
   *
   * @throws {SourceError} when the place cannot be read.
   */
  list(): Promise<SourceListing>;
  /**
   * Looks at everything in it at once: for a source that can tell by one digest whether anything has changed, which is much
   * faster than to list it.
   *
   * @throws {SourceError} when the place cannot be read.
   */
  snapshot?(): Promise<SourceSnapshot>;
  /**
   * Loads change units that `list` has named, and gives one reading for each in the same order. What is wrong with one of
   * them is in its reading; it does not keep the others from being loaded.
   */
  load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]>;
}
