import { verifyDigests } from "../history/digest.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { EMPTY_HISTORY, extendHistory, type History } from "../history/history.ts";
import { readEntries, type ReadEntriesOptions } from "./read_entries.ts";

/** Reads the history, and later only what was added since. */
export class HistoryReader {
  /** The history as far as it was read. */
  history: History = EMPTY_HISTORY;
  readonly #options: ReadEntriesOptions;
  #unverified: ChangeEntry[] = [];
  #hasRead = false;

  /** Makes a reader that has read nothing. */
  constructor(options: ReadEntriesOptions) {
    this.#options = options;
  }

  /**
   * Reads on.
   *
   * @throws {DatabaseError} when the database cannot be reached or refuses.
   * @throws {HistoryError} when the history cannot be trusted.
   */
  async read(): Promise<History> {
    return this.add(await readEntries(this.#options, { after: this.history.end.seq }, this.#hasRead));
  }

  /**
   * Adds entries that somebody else has read.
   *
   * @throws {HistoryError} when the history cannot be trusted.
   */
  add(entries: readonly ChangeEntry[]): History {
    this.#hasRead = true;
    this.history = extendHistory(this.history, entries);
    // As arguments of a call, a hundred thousand would be too many.
    this.#unverified = this.#unverified.concat(entries);
    return this.history;
  }

  /** Reads on, verifies what was read, and gives it. */
  async readVerified(): Promise<readonly ChangeEntry[]> {
    await this.read();
    const entries = this.#unverified;
    await this.verify();
    return entries;
  }

  /**
   * Computes the digests of everything that was read.
   *
   * @throws {HistoryError} when an entry was edited.
   */
  async verify(): Promise<void> {
    await verifyDigests(this.#unverified);
    this.#unverified = [];
  }
}
