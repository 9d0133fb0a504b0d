import { type ChangeEntry, type HistoryRange, PositionTakenError } from "../../mod.ts";
import type { Deed, Operation } from "./deeds.ts";
import { TransientError, UnknownError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import { type LeaseRow, NO_LEASE } from "./lease_row.ts";
import { Replication } from "./replication.ts";
import type { Scheduler } from "./scheduler.ts";
import { type OpenTransaction, Transactions } from "./transactions.ts";

/** Takes the outcome of a request, once. */
export type Reply<Value> = (outcome: { readonly value: Value } | { readonly error: Error }) => void;

/** Which of the requests of a session it is. */
export interface Place {
  readonly session: string;
  readonly number: number;
}

/** Whether the one who asked has stopped waiting. */
export type IsAbandoned = () => boolean;

/** The year 2026, by the clock of the database. */
const EPOCH = 1_767_225_600_000;
/** For how long a member that was replaced may go on answering reads. */
const STALE_MS = 10_000;
/** How often a server notices that nobody waits for an operation any more. */
const NOTICES_ABANDONED = 0.5;

/** A replicated database with snapshot transactions, which behaves as MongoDB does. What really happened is its `deeds`. */
export class Store {
  readonly deeds: Deed[] = [];
  readonly replication: Replication;
  readonly transactions: Transactions;
  /** How far its clock is off, in milliseconds. */
  clockOffset = 0;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #entries: { readonly entry: ChangeEntry; readonly time: number }[] = [];
  readonly #values = new Map<string, number>();
  readonly #touched = new Map<string, number>();
  #lease: LeaseRow = NO_LEASE;
  #downUntil = 0;
  #stale = { until: 0, end: 0 };

  constructor(scheduler: Scheduler, faults: Faults, lifetimeMs: number) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.replication = new Replication(scheduler, faults);
    this.transactions = new Transactions(scheduler, faults, lifetimeMs);
  }

  get isDown(): boolean {
    return this.#scheduler.now < this.#downUntil;
  }

  /** The time by the clock of the database. */
  get clock(): number {
    return EPOCH + Math.floor(this.#scheduler.now + this.clockOffset);
  }

  get lease(): LeaseRow {
    return this.#lease;
  }

  get end(): number {
    return this.#entries.length;
  }

  valueOf(key: string): number {
    return this.#values.get(key) ?? 0;
  }

  /** What a majority has of a range. */
  readHistory({ after = 0, unlessSettled }: HistoryRange, reply: Reply<readonly ChangeEntry[]>): void {
    let kept = this.#entries.filter(({ time }) => time <= this.replication.majority);
    if (
      this.#scheduler.now < this.#stale.until && kept.length > this.#stale.end && this.#faults.strikes("stale read")
    ) {
      kept = kept.slice(0, this.#stale.end);
    }
    if (kept.length <= after && this.end > after) this.#faults.count("entry not durable yet");
    const behind = kept.slice(after).map(({ entry }) => entry);
    const newest = behind.slice(-1).filter(({ settled }) => settled === unlessSettled);
    reply({ value: newest.length > 0 ? newest : behind });
  }

  /** Adds an entry outside of a transaction. It waits for a transaction that holds the position. */
  append(entry: ChangeEntry, place: Place, reply: Reply<"accepted" | "taken">, isAbandoned: IsAbandoned): void {
    const key = keyOfPosition(entry.seq);
    this.transactions.enter(place.session, place.number);
    const attempt = (): void => {
      if (this.transactions.isHeld(key)) {
        this.#faults.count("append waited for a transaction");
        return this.transactions.wait(key, {
          session: place.session,
          goOn: this.#unlessNoticed(attempt, isAbandoned),
          end,
        });
      }
      if (this.end >= entry.seq) {
        this.#faults.count("append refused");
        return reply({ value: "taken" });
      }
      this.#keep(this.#write([entry], [], { at: this.#scheduler.now, does: "append", entry }), "accepted", reply);
    };
    const end = (error: Error) => reply({ error });
    attempt();
  }

  /** Does one write of a change unit outside of a transaction. */
  write(operation: Operation, reply: Reply<void>, isAbandoned: IsAbandoned): void {
    const attempt = (): void => {
      if (this.transactions.isHeld(operation.key)) {
        const goOn = this.#unlessNoticed(attempt, isAbandoned);
        return this.transactions.wait(operation.key, { session: null, goOn, end: (error) => reply({ error }) });
      }
      const deed = { at: this.#scheduler.now, does: "operation", operation } as const;
      this.#keep(this.#write([], [operation], deed), undefined, reply);
    };
    attempt();
  }

  /** Does something inside a transaction, which the first such request begins. */
  inside(place: Place, isFirst: boolean, work: (transaction: OpenTransaction) => void, reply: Reply<void>): void {
    const session = this.transactions.enter(place.session, place.number);
    const seen = { time: this.replication.time, end: this.end };
    const opened = session.transaction ??
      (isFirst ? this.transactions.begin(place.session, place.number, seen) : undefined);
    if (opened?.state !== "open") return reply({ error: new TransientError("there is no such transaction") });
    work(opened);
    reply({ value: undefined });
  }

  /** Writes inside a transaction. */
  writeInside(transaction: OpenTransaction, operation: Operation): void {
    this.transactions.claim(transaction, operation.key, this.#touched.get(operation.key) ?? 0);
    transaction.operations.push(operation);
  }

  /** Claims a position inside a transaction. */
  claimInside(transaction: OpenTransaction, { seq }: ChangeEntry): void {
    if (transaction.end >= seq) {
      this.transactions.abort(transaction);
      throw new PositionTakenError(`Position ${seq} is taken`);
    }
    const key = keyOfPosition(seq);
    this.transactions.claim(transaction, key, this.#touched.get(key) ?? 0);
  }

  /** Commits; a second request for the same commit gets the same answer. */
  commit(place: Place, reply: Reply<void>): void {
    const transaction = this.transactions.find(place.session, place.number);
    if (transaction.state === "aborted") return reply({ error: new TransientError("the transaction was aborted") });
    if (transaction.state === "open") {
      const { entries, operations, fences } = transaction;
      transaction.state = "committed";
      const deed = { at: this.#scheduler.now, does: "commit", entries, operations, fences, end: this.end } as const;
      transaction.committedAt = this.#write(entries, operations, deed, transaction);
      this.transactions.release(transaction);
    }
    this.#keep(transaction.committedAt, undefined, reply);
  }

  abort(place: Place, reply: Reply<void>): void {
    const transaction = this.transactions.find(place.session, place.number);
    if (transaction.state === "open") this.transactions.abort(transaction);
    reply({ value: undefined });
  }

  /** Changes the lease, and answers once a majority has the change. */
  changeLease(change: (row: LeaseRow, now: number) => LeaseRow, reply: Reply<{ row: LeaseRow; now: number }>): void {
    const [before, now] = [this.#lease, this.clock];
    const row = change(before, now);
    this.#lease = row;
    const time = row === before ? this.replication.time : this.replication.write(() => this.#lease = before);
    this.#keep(time, { row, now }, reply);
  }

  /** Another member takes over: with what a majority has, with a clock of its own, after a while. */
  failOver(electionMs: number, clockOffset: number): void {
    this.replication.failOver();
    this.transactions.failOver();
    this.clockOffset = clockOffset;
    this.#downUntil = this.#scheduler.now + electionMs;
    this.#stale = { until: this.#downUntil + STALE_MS, end: this.end };
  }

  #keep<Value>(time: number, value: Value, reply: Reply<Value>): void {
    const lost = () => reply({ error: new UnknownError("the primary has stepped down") });
    this.replication.whenKept(time, () => reply({ value }), lost);
  }

  #write(
    entries: readonly ChangeEntry[],
    operations: readonly Operation[],
    deed: Deed,
    transaction?: OpenTransaction,
  ): number {
    const fences = deed.does === "commit" ? deed.fences : [];
    const keys = [...entries.map(({ seq }) => seq), ...fences].map(keyOfPosition).concat(
      operations.map(({ key }) => key),
    );
    const before = keys.map((key) => ({ key, value: this.valueOf(key), touched: this.#touched.get(key) ?? 0 }));
    const time = this.replication.write(() => {
      this.deeds.pop();
      for (const _ of entries) this.#entries.pop();
      for (const { key, value, touched } of before) {
        this.#values.set(key, value);
        this.#touched.set(key, touched);
      }
      if (transaction !== undefined) transaction.state = "aborted";
    });
    this.deeds.push(deed);
    for (const entry of entries) this.#entries.push({ entry, time });
    for (const { key, change } of operations) this.#values.set(key, change === "add" ? this.valueOf(key) + 1 : 0);
    for (const key of keys) this.#touched.set(key, time);
    return time;
  }

  #unlessNoticed(attempt: () => void, isAbandoned: IsAbandoned): () => void {
    return () => {
      if (isAbandoned() && this.#faults.random.chance(NOTICES_ABANDONED)) return;
      attempt();
    };
  }
}

function keyOfPosition(seq: number): string {
  return `position ${seq}`;
}
