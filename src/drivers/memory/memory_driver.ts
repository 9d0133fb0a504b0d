import type { ChangeContext } from "../../change_unit/context.ts";
import {
  type Driver,
  type DriverSupports,
  type ErrorClass,
  type Guard,
  type HistoryRange,
  type Lease,
  type LeaseReply,
  type LeaseRequest,
  type LeaseStatus,
  PositionTakenError,
  type Transaction,
} from "../../driver.ts";
import type { ChangeEntry } from "../../history/change_entry.ts";
import { MemoryDatabase } from "./memory_database.ts";
import { MemoryStore } from "./memory_store.ts";

/** What a {@link MemoryDriver} gives change units. */
export interface MemoryDriverContext {
  /** The database; inside a transaction, its snapshot. */
  readonly db: MemoryDatabase;
}

/** What a change unit on a {@link MemoryDriver} gets. */
export type MemoryContext = ChangeContext & MemoryDriverContext;

/** Two transactions wrote at the same time. */
class WriteConflictError extends Error {
  override readonly name = "WriteConflictError";
}

/**
 * The reference driver: a database in memory, with transactions on a snapshot of which the first to commit wins. For docs and
 * tests; several drivers on one store are several processes on one database.
 *
 * @example
 * ```ts
 * import { MemoryDriver, MemoryStore } from "@denock/denock";
 *
 * const store = new MemoryStore();
 * const driver = new MemoryDriver({ store });
 * console.log(driver.name, store.entries.length);
 * ```
 */
export class MemoryDriver implements Driver<MemoryDriverContext> {
  /** What people call it. */
  readonly name = "memory";
  /** It has transactions, no schema, and no clock but that of the process. */
  readonly supports: DriverSupports = { transactions: true, schemaChanges: "transactional", ownClock: false };
  /** Nothing outlives a driver. */
  readonly session = null;
  readonly #store: MemoryStore;

  /** Makes a driver on a store, or on a store of its own. */
  constructor(options: { readonly store?: MemoryStore } = {}) {
    this.#store = options.store ?? new MemoryStore();
  }

  /** There is nothing to prepare. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /** Reads entries. */
  readHistory({ after = 0, unlessSettled }: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    const behind = this.#store.entries.filter(({ seq }) => seq > after);
    const newest = behind.slice(-1).filter(({ settled }) => settled === unlessSettled);
    return Promise.resolve(structuredClone(newest.length > 0 ? newest : behind));
  }

  /** Adds an entry. */
  append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    if (this.#isTaken(entry)) return Promise.resolve("taken");
    this.#store.entries.push(structuredClone(entry));
    return Promise.resolve("accepted");
  }

  /** Asks for the lease. */
  acquireLease({ owner, hostname, leaseMs, takeOver }: LeaseRequest): Promise<LeaseReply> {
    const { lease } = this.#store;
    const now = Date.now();
    const isFree = lease.owner === null || lease.expiresAt <= now || takeOver === stampOf(lease);
    if (lease.owner !== owner && !isFree) return Promise.resolve(this.#refuse(now));
    const takenOver = lease.owner !== null && lease.owner !== owner;
    const token = lease.owner === owner ? lease.token : lease.token + 1;
    this.#store.lease = { owner, hostname, token, leaseMs, expiresAt: now + leaseMs };
    return Promise.resolve({ held: true, token, databaseTime: now, takenOver });
  }

  /** Prolongs the lease. */
  renewLease({ owner, token, leaseMs }: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    const { lease } = this.#store;
    const now = Date.now();
    if (lease.owner !== owner || lease.token !== token) return Promise.resolve(this.#refuse(now));
    this.#store.lease = { ...lease, leaseMs, expiresAt: now + leaseMs };
    return Promise.resolve({ held: true, token, databaseTime: now, takenOver: false });
  }

  /** Looks at the lease. */
  readLease(): Promise<LeaseStatus | null> {
    const { owner, hostname, token, leaseMs, expiresAt } = this.#store.lease;
    if (owner === null) return Promise.resolve(null);
    return Promise.resolve({ owner, hostname, token, leaseMs, remainingMs: expiresAt - Date.now() });
  }

  /** Gives the lease back. */
  releaseLease({ owner, token }: Lease): Promise<void> {
    const { lease } = this.#store;
    if (lease.owner === owner && lease.token === token) this.#store.lease = { ...lease, owner: null };
    return Promise.resolve();
  }

  /** Makes one attempt at a transaction. */
  async transaction<Result>(
    work: (transaction: Transaction<MemoryDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    const snapshot = this.#store.data;
    let data = snapshot;
    const staged: ChangeEntry[] = [];
    const fences: ChangeEntry[] = [];
    const claim = (entry: ChangeEntry, claims: ChangeEntry[]) => {
      if (this.#isTaken(entry)) return Promise.reject(new PositionTakenError(`Position ${entry.seq} is taken`));
      claims.push(structuredClone(entry));
      return Promise.resolve();
    };
    const result = await work({
      context: { db: new MemoryDatabase(guard, () => data, (written) => data = written) },
      append: (entry) => claim(entry, staged),
      fence: (entry) => claim(entry, fences),
    });
    const isConflict = (data !== snapshot && this.#store.data !== snapshot) ||
      [...staged, ...fences].some((entry) => this.#isTaken(entry));
    if (isConflict) throw new WriteConflictError("Another transaction has committed in between");
    if (data !== snapshot) this.#store.data = data;
    for (const entry of staged) this.#store.entries.push(entry);
    return result;
  }

  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): MemoryDriverContext {
    const store = this.#store;
    return { db: new MemoryDatabase(guard, () => store.data, (written) => store.data = written) };
  }

  /** A write conflict is transient, everything else permanent. */
  classify(error: unknown): ErrorClass {
    return error instanceof WriteConflictError ? "transient" : "permanent";
  }

  /** There is nothing to close. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #isTaken({ seq }: ChangeEntry): boolean {
    // Entries come in order, so the search from the end is over at once.
    return this.#store.entries.findLast((entry) => entry.seq <= seq)?.seq === seq;
  }

  #refuse(now: number): LeaseReply {
    const { lease } = this.#store;
    const { owner, hostname, leaseMs, expiresAt } = lease;
    return { held: false, owner: owner ?? "", hostname, leaseMs, remainingMs: expiresAt - now, stamp: stampOf(lease) };
  }
}

function stampOf({ token, expiresAt }: { readonly token: number; readonly expiresAt: number }): string {
  return `${token}:${expiresAt}`;
}
