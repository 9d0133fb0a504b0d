import type { ClientSession } from "mongodb";
import { MigrationError } from "../../errors.ts";
import { codeOf, NO_CODE } from "./classify_error.ts";

/** What a database is bound to. */
export interface Binding {
  /** The session of the transaction, or undefined outside of one. */
  readonly session: ClientSession | undefined;
  /** Called right before every use of the database; throws when the execution may no longer touch it. */
  readonly guard: () => void;
}

/** Lets calls through to the database: guarded, counted, and in a transaction one after the other, in call order. */
export class Calls {
  readonly #binding: Binding;
  readonly #underWay = new Set<Promise<void>>();
  #last: Promise<void> = Promise.resolve();
  #ended = false;
  #refusal: unknown;

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  /** Sends when it is this call's turn. Code of the user must never run in `call`: it could wait for its own turn. */
  send<T>(call: () => Promise<T>): Promise<T> {
    return this.#start(async () => {
      this.admit();
      try {
        return await call();
      } catch (error) {
        if (codeOf(error) !== NO_CODE) this.#refusal ??= error;
        throw error;
      }
    });
  }

  /** The first error that the server has answered with, whether or not somebody has caught it; else undefined. */
  get refusal(): unknown {
    return this.#refusal;
  }

  /** Takes a turn for a call of the driver's own, which is not guarded. */
  inTurn<T>(call: () => Promise<T>): Promise<T> {
    return this.#start(call);
  }

  /** Takes a turn to clean up, which is also wanted when nothing may be sent any more; `open` says which it is. */
  cleanUp(call: (open: boolean) => Promise<void>): Promise<void> {
    return this.#start(() => call(this.#binding.session === undefined || this.#isOpen()));
  }

  /** Throws when the database may not be used any more. */
  admit(): void {
    this.#binding.guard();
    const { session } = this.#binding;
    if (session !== undefined && (this.#ended || !session.inTransaction())) {
      throw new MigrationError(
        "TRANSACTION_ENDED",
        "Cannot use the database after the end of the transaction: await every call inside the change unit",
      );
    }
    if (this.#ended) {
      throw new MigrationError(
        "CONTEXT_ENDED",
        "Cannot use the database after the end of the change unit: await every call inside it",
      );
    }
  }

  /** Resolves when no call is under way any more. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Waits until no call is under way, and refuses every call from that very moment on. */
  async end(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#ended = true; // in one go with the last look at the set: no call slips in between
  }

  #isOpen(): boolean {
    try {
      this.admit();
      return true;
    } catch {
      return false;
    }
  }

  #start<T>(call: () => Promise<T>): Promise<T> {
    const before = this.#binding.session === undefined ? Promise.resolve() : this.#last;
    const outcome = before.then(call);
    const done = () => void this.#underWay.delete(settled);
    const settled: Promise<void> = outcome.then(done, done); // a failed call does not hold up the next
    this.#underWay.add(settled);
    this.#last = settled;
    return outcome;
  }
}
