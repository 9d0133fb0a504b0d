import type { ChangeEntry } from "../../mod.ts";
import type { Operation } from "./deeds.ts";
import { TransientError, UnknownError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";

/** A transaction as the database keeps it. */
export interface OpenTransaction {
  readonly session: string;
  state: "open" | "committed" | "aborted";
  /** The newest write that it sees. */
  readonly time: number;
  /** The end of the log that it sees. */
  readonly end: number;
  readonly held: Set<string>;
  readonly operations: Operation[];
  readonly entries: ChangeEntry[];
  readonly fences: number[];
  /** When it was committed, as replication counts. */
  committedAt: number;
}

/** Something that waits until a transaction lets go of a key. */
interface Waiting {
  readonly session: string | null;
  readonly goOn: () => void;
  readonly end: (error: Error) => void;
}

interface Session {
  number: number;
  transaction: OpenTransaction | undefined;
}

/** The sessions of a database: which transactions are open, what they hold, and who waits for that. */
export class Transactions {
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #lifetimeMs: number;
  readonly #sessions = new Map<string, Session>();
  readonly #holders = new Map<string, OpenTransaction>();
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(scheduler: Scheduler, faults: Faults, lifetimeMs: number) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A newer request in a session ends what is still open in it; an older one comes too late. */
  enter(id: string, number: number): Session {
    let session = this.#sessions.get(id);
    if (session === undefined) this.#sessions.set(id, session = { number, transaction: undefined });
    if (number < session.number) throw new TransientError("the session has gone on");
    if (number > session.number) {
      if (session.transaction?.state === "open") this.abort(session.transaction);
      session.number = number;
      session.transaction = undefined;
    }
    return session;
  }

  begin(id: string, number: number, { time, end }: { readonly time: number; readonly end: number }): OpenTransaction {
    const session = this.enter(id, number);
    const opened: OpenTransaction = {
      ...{ session: id, state: "open", time, end, held: new Set(), committedAt: 0 },
      ...{ operations: [], entries: [], fences: [] },
    };
    session.transaction = opened;
    this.#scheduler.schedule(this.#lifetimeMs * this.#faults.random.between(1, 1.5), () => {
      if (opened.state !== "open") return;
      this.#faults.count("transaction reaped");
      this.abort(opened);
    });
    return opened;
  }

  /** The transaction of a session, whatever became of it. */
  find(id: string, number: number): OpenTransaction {
    const found = this.enter(id, number).transaction;
    if (found === undefined) throw new TransientError("there is no such transaction");
    return found;
  }

  /** Nobody else writes a key until the transaction ends. The first to come wins. */
  claim(transaction: OpenTransaction, key: string, touchedAt: number): void {
    const holder = this.#holders.get(key);
    if (holder === transaction) return;
    if (holder !== undefined || touchedAt > transaction.time) {
      this.#faults.count("write conflict");
      this.abort(transaction);
      throw new TransientError("write conflict");
    }
    this.#holders.set(key, transaction);
    transaction.held.add(key);
  }

  isHeld(key: string): boolean {
    return this.#holders.has(key);
  }

  wait(key: string, waiting: Waiting): void {
    const queue = this.#waiting.get(key);
    if (queue === undefined) this.#waiting.set(key, [waiting]);
    else queue.push(waiting);
  }

  abort(transaction: OpenTransaction): void {
    transaction.state = "aborted";
    this.release(transaction);
  }

  /** Lets those go on that wait for what a transaction held. */
  release(transaction: OpenTransaction): void {
    for (const key of transaction.held) this.#holders.delete(key);
    const keys = [...transaction.held];
    transaction.held.clear();
    for (const key of keys) {
      const queue = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      for (const { goOn } of queue) goOn();
    }
  }

  /** Ends everything that some sessions have open. */
  evict(ids: readonly string[]): void {
    for (const id of ids) {
      const opened = this.#sessions.get(id)?.transaction;
      if (opened?.state !== "open") continue;
      this.#faults.count("transaction evicted");
      this.abort(opened);
    }
    for (const [key, queue] of this.#waiting) {
      const isEvicted = ({ session }: Waiting) => session !== null && ids.includes(session);
      this.#waiting.set(key, queue.filter((waiting) => !isEvicted(waiting)));
      for (const { end } of queue.filter(isEvicted)) end(new UnknownError("the operation was interrupted"));
    }
  }

  /** Another member has taken over, which knows nothing of what was open. */
  failOver(): void {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    const opened = new Set(this.#holders.values());
    for (const { transaction } of this.#sessions.values()) {
      if (transaction?.state === "open") opened.add(transaction);
    }
    for (const transaction of opened) this.abort(transaction);
    for (const { end } of waiting) end(new UnknownError("the primary has stepped down"));
  }
}
