import type { Driver, HistoryRange } from "../driver.ts";
import { DatabaseError, HistoryError } from "../errors.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import { firstLine } from "../history/recorded_error.ts";
import { classifyDeeply, retry } from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/** For how long to try again, in milliseconds. */
const RETRY_MS = 10_000;

/** How entries are read. */
export interface ReadEntriesOptions {
  /** The driver. */
  readonly driver: Driver<object>;
  /** Time and randomness. */
  readonly runtime: Runtime;
  /** Ends the tries early. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads entries of the history, with further tries where the error is worth them. A database that was never reached is likely
 * to be a wrong address: the client has waited for it long enough.
 *
 * @throws {DatabaseError} when the database cannot be reached or refuses.
 */
export async function readEntries(
  { driver, runtime, signal }: ReadEntriesOptions,
  range: HistoryRange,
  wasReached: boolean,
): Promise<readonly ChangeEntry[]> {
  const isWorthIt = (error: unknown) => {
    const found = classifyDeeply((each) => driver.classify(each), error);
    return found === "transient" || (found === "unknown" && wasReached);
  };
  try {
    const read = () => driver.readHistory(range);
    return await retry(read, { runtime, budgetMs: RETRY_MS, ...(signal && { signal }), isWorthIt });
  } catch (cause) {
    if (cause instanceof HistoryError) throw cause;
    const message = `Cannot read the history from ${driver.name}: ${firstLine(cause)}`;
    throw new DatabaseError("DATABASE_UNREACHABLE", message, { cause });
  }
}
