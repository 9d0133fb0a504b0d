import type { Driver } from "../driver.ts";
import { HistoryNotWrittenError, LockLostError } from "../errors.ts";
import type { ChangeEntry, EntryDraft } from "../history/change_entry.ts";
import { type LogEnd, sealEntry } from "../history/digest.ts";
import { type ChangeHistory, extendChange, type History, keyOf } from "../history/history.ts";
import { firstLine } from "../history/recorded_error.ts";
import { Backoff, classifyDeeply } from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/** What a {@link HistoryLog} needs. */
export interface HistoryLogOptions {
  /** The driver. */
  readonly driver: Driver<object>;
  /** Time and randomness. */
  readonly runtime: Runtime;
  /** The history, known from one read of the whole. */
  readonly history: History;
  /** For how long to try, in milliseconds. */
  readonly budgetMs: number;
  /** Takes out of texts what must not be kept; left out where nothing is known of that. */
  readonly redact?: ((text: string) => string) | undefined;
}

/** An append that takes longer than this waits for a transaction of somebody else. */
const WAITING_FROM_MS = 1_000;

/**
 * The end of the log as one execution counts it. Positions are counted from what was read once, and neither looked up again
 * nor bumped after a refusal: a position that somebody else has taken means that a newer execution has begun.
 */
export class HistoryLog {
  readonly #options: HistoryLogOptions;
  #end: LogEnd;
  /** What this execution has added to what the history says of change units. */
  readonly #changes = new Map<string, ChangeHistory>();

  /** Starts at an end of the log. */
  constructor(options: HistoryLogOptions) {
    this.#options = options;
    this.#end = options.history.end;
  }

  /** Gives a draft the next position, or the one behind an entry that is to be added first, without adding it. */
  async seal(draft: EntryDraft, before: LogEnd = this.#end): Promise<ChangeEntry> {
    const entry = await sealEntry(withoutSecrets(draft, this.#options.redact), before);
    // An entry that cannot follow would make the history unreadable for good.
    if (entry.type !== "RUN") extendChange(this.#knownOf(entry), entry);
    return entry;
  }

  /** Counts an entry that was committed as part of a transaction. */
  advance(entry: ChangeEntry): void {
    this.#end = { seq: entry.seq, digest: entry.digest };
    if (entry.type !== "RUN") this.#changes.set(keyOf(entry), extendChange(this.#knownOf(entry), entry));
  }

  #knownOf(entry: ChangeEntry): ChangeHistory | undefined {
    return this.#changes.get(keyOf(entry)) ?? this.#options.history.changes.get(keyOf(entry));
  }

  /** Adds an entry; false when its position is somebody else's. */
  async tryAppend(draft: EntryDraft): Promise<boolean> {
    const entry = await this.seal(draft);
    if (await this.#place(entry) !== entry.digest) return false;
    this.advance(entry);
    return true;
  }

  /**
   * Adds an entry.
   *
   * @throws {LockLostError} when its position is somebody else's.
   * @throws {HistoryNotWrittenError} when it cannot be written.
   */
  async append(draft: EntryDraft): Promise<void> {
    if (!await this.tryAppend(draft)) throw superseded(draft.executionId);
  }

  /**
   * Finds out whether a transaction of which `entry` is the first was committed, and makes sure that it never will be if
   * not: `fence` goes to the same position.
   *
   * @throws {LockLostError} when the position is somebody else's.
   */
  async settle(entry: ChangeEntry, fence: EntryDraft): Promise<"committed" | "void"> {
    const sealed = await this.seal(fence);
    const winner = await this.#place(sealed);
    if (winner !== entry.digest && winner !== sealed.digest) throw superseded(entry.executionId);
    if (winner === entry.digest) return "committed";
    this.advance(sealed);
    return "void";
  }

  /** Offers an entry for its position until it is known whose that is; gives the digest of the entry that stands there. */
  async #place(entry: ChangeEntry): Promise<string> {
    const { driver, runtime, budgetMs } = this.#options;
    const backoff = new Backoff(runtime, budgetMs);
    for (;;) {
      try {
        if (await this.#appendEvicting(entry) === "accepted") return entry.digest;
        const [standing] = await driver.readHistory({ after: entry.seq - 1 });
        // Nothing there: what stands there is not durable yet, and may still vanish.
        if (standing !== undefined) return standing.digest;
        if (backoff.isOver()) {
          throw new Error(`position ${entry.seq} is taken by an entry that does not become durable`);
        }
      } catch (cause) {
        const isPermanent = classifyDeeply((error) => driver.classify(error), cause) === "permanent";
        if (isPermanent || backoff.isOver()) {
          throw new HistoryNotWrittenError(`Cannot write to the history: ${firstLine(cause)}`, { cause });
        }
      }
      await backoff.wait();
    }
  }

  async #appendEvicting(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const { driver, runtime } = this.#options;
    const answered = new AbortController();
    const evicting = runtime.sleep(WAITING_FROM_MS, answered.signal).then(async () => {
      if (!answered.signal.aborted) await this.evict();
    });
    try {
      return await driver.append(entry);
    } finally {
      answered.abort("answered");
      await evicting;
    }
  }

  /** Ends what earlier executions still hold open, where the database can do that. */
  async evict(): Promise<void> {
    const { driver, history } = this.#options;
    const others = history.sessions.filter((session) => session !== driver.session);
    if (others.length === 0) return;
    try {
      await driver.evict?.(others);
    } catch {
      // Not allowed or not there: then the database ends them itself when their time is over.
    }
  }
}

/** People and errors say in their own words what they say; everything else in an entry is not a text of theirs. */
function withoutSecrets(draft: EntryDraft, redact: HistoryLogOptions["redact"]): EntryDraft {
  if (redact === undefined) return draft;
  const { error, comment } = draft;
  return {
    ...draft,
    error: error === null ? null : { ...error, message: redact(error.message) },
    comment: comment === null ? null : { by: redact(comment.by), reason: redact(comment.reason) },
  };
}

/** Another execution has taken over. */
export function superseded(executionId: string): LockLostError {
  return new LockLostError(`Execution ${executionId} has lost the lock: a newer execution has begun`);
}
