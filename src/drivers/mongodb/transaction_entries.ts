import type { ClientSession, Collection } from "mongodb";
import { PositionTakenError } from "../../driver.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import type { BoundDatabase } from "./bound_database.ts";
import { codeOf } from "./classify_error.ts";
import { type EntryDocument, toDocument } from "./entry_document.ts";

const DUPLICATE_KEY = 11000;

/** What the entries of a transaction need. */
export interface TransactionEntriesOptions {
  /** The collection of the history. */
  readonly history: Collection<EntryDocument>;
  /** The session of the transaction. */
  readonly session: ClientSession;
  /** What the change units of the transaction work on. */
  readonly bound: BoundDatabase;
  /** Limits how long a request may take. */
  readonly inTime: <Answer>(request: Promise<Answer>) => Promise<Answer>;
}

/** The entries that become part of a transaction. They are sent together at its end, by one command. */
export class TransactionEntries {
  readonly #options: TransactionEntriesOptions;
  #waiting: ChangeEntry[] = [];

  /** Begins without any. */
  constructor(options: TransactionEntriesOptions) {
    this.#options = options;
  }

  /** Adds an entry. Where the server has refused something, it is sent at once: then the transaction may be over already. */
  async append(entry: ChangeEntry): Promise<void> {
    this.#waiting.push(entry);
    if (this.#options.bound.refusal() !== undefined) await this.send();
  }

  /** Added and removed again, an entry conflicts with whoever wants the same position, and leaves nothing. */
  async fence(entry: ChangeEntry): Promise<void> {
    const { history, session, bound, inTime } = this.#options;
    await this.append(entry);
    await this.send();
    await bound.inTurn(() => inTime(history.deleteOne({ _id: entry.seq }, { session })));
  }

  /**
   * Sends what has not been sent.
   *
   * @throws {PositionTakenError} when one of the positions is taken.
   */
  async send(): Promise<void> {
    const { history, session, bound, inTime } = this.#options;
    const documents = this.#waiting.map(toDocument);
    if (documents.length === 0) return;
    this.#waiting = [];
    try {
      await bound.inTurn(() => inTime(history.insertMany(documents, { session })));
    } catch (error) {
      if (codeOf(error) !== DUPLICATE_KEY) throw error;
      throw new PositionTakenError(`Position ${documents[0]?._id} is taken`, { cause: error });
    }
  }
}
