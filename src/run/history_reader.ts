import type { Driver, HistoryRange } from "../driver.ts";
import { DatabaseError, HistoryError } from "../errors.ts";
import { verifyDigests } from "../history/digest.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { EMPTY_HISTORY, extendHistory, type History } from "../history/history.ts";
import { isSettledBy } from "../plan/settled.ts";
import { firstLine } from "../history/recorded_error.ts";
import { classifyDeeply, retry, type RetryOptions } from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/** For how long to try again, in milliseconds. */
const RETRY_MS = 10_000;

/** Reads the history, and later only what was added since. */
export class HistoryReader {
  /** The history as far as it was read. */
  history: History = EMPTY_HISTORY;
  readonly #driver: Driver<object>;
  readonly #retry: Pick<RetryOptions, "runtime" | "budgetMs" | "signal">;
  #unverified: ChangeEntry[] = [];
  #hasRead = false;

  /** Makes a reader that has read nothing. */
  constructor(driver: Driver<object>, runtime: Runtime, signal?: AbortSignal) {
    this.#driver = driver;
    this.#retry = { runtime, budgetMs: RETRY_MS, ...(signal && { signal }) };
  }

  /**
   * Reads on.
   *
   * @throws {DatabaseError} when the database cannot be reached or refuses.
   * @throws {HistoryError} when the history cannot be trusted.
   */
  async read(): Promise<History> {
    return this.#extend(await this.#readEntries({ after: this.history.end.seq }));
  }

  /**
   * Reads the history, or its newest entry alone where that says what is expected of one behind which nothing is left to do;
   * whether it does.
   *
   * @throws {DatabaseError | HistoryError} as `read` does, also when that entry was edited.
   */
  async readUnlessSettled(expected: string): Promise<boolean> {
    const entries = await this.#readEntries({ unlessSettled: expected });
    const [only] = entries;
    // An entry of its own at the first position belongs to a history that was begun and no more.
    if (entries.length === 1 && only !== undefined && only.seq > 1 && isSettledBy(only, expected)) {
      await verifyDigests(entries);
      return true;
    }
    this.#extend(entries);
    return false;
  }

  #extend(entries: readonly ChangeEntry[]): History {
    this.history = extendHistory(this.history, entries);
    this.#unverified.push(...entries);
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

  async #readEntries(range: HistoryRange): Promise<readonly ChangeEntry[]> {
    const driver = this.#driver;
    // A database that was never reached is likely to be a wrong address: the client has waited for it long enough.
    const isWorthIt = (error: unknown) => {
      const found = classifyDeeply((each) => driver.classify(each), error);
      return found === "transient" || (found === "unknown" && this.#hasRead);
    };
    try {
      const read = () => driver.readHistory(range);
      const entries = await retry(read, { ...this.#retry, isWorthIt });
      this.#hasRead = true;
      return entries;
    } catch (cause) {
      if (cause instanceof HistoryError) throw cause;
      const message = `Cannot read the history from ${driver.name}: ${firstLine(cause)}`;
      throw new DatabaseError("DATABASE_UNREACHABLE", message, { cause });
    }
  }
}
