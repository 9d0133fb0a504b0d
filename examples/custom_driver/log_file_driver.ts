import {
  type ChangeEntry,
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
} from "@denock/denock";
import { guardedValues, type Values } from "./guarded_values.ts";
import type { LeaseRow, LogFile } from "./log_file.ts";

/** What a {@link LogFileDriver} gives change units. */
export interface LogFileDriverContext {
  readonly db: Values;
}

/** Somebody else has changed values since the transaction has begun. */
class ConflictError extends Error {
  override readonly name = "ConflictError";
}

/** A driver for a {@link LogFile}. Everything that is not about that file is left to the core. */
export class LogFileDriver implements Driver<LogFileDriverContext> {
  readonly name = "log file";
  readonly supports: DriverSupports = { transactions: true, schemaChanges: "transactional", ownClock: false };
  readonly session = null;
  readonly #file: LogFile;

  constructor({ file }: { readonly file: LogFile }) {
    this.#file = file;
  }

  /** The file is there already. */
  async prepare(): Promise<void> {}

  // deno-lint-ignore require-await -- what goes wrong is to reject, not to throw
  async readHistory({ after = 0, unlessSettled }: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    this.#file.refresh();
    const entries = this.#file.entries.slice(after);
    const newest = entries.slice(-1).filter(({ settled }) => settled === unlessSettled);
    return newest.length > 0 ? newest : entries;
  }

  append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    return this.#file.change(() =>
      this.#isTaken(entry) ? { result: "taken" } : { result: "accepted", commit: { entries: [entry] } }
    );
  }

  acquireLease({ owner, hostname, leaseMs, takeOver }: LeaseRequest): Promise<LeaseReply> {
    return this.#file.change(() => {
      const { lease } = this.#file;
      const now = Date.now();
      const isFree = lease.owner === null || lease.expiresAt <= now || takeOver === stampOf(lease);
      if (lease.owner !== owner && !isFree) return { result: refuse(lease, now) };
      const takenOver = lease.owner !== null && lease.owner !== owner;
      const token = lease.owner === owner ? lease.token : lease.token + 1;
      const next = { owner, hostname, token, leaseMs, expiresAt: now + leaseMs };
      return { result: { held: true, token, databaseTime: now, takenOver }, commit: { lease: next } };
    });
  }

  renewLease({ owner, token, leaseMs }: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return this.#file.change(() => {
      const { lease } = this.#file;
      const now = Date.now();
      if (lease.owner !== owner || lease.token !== token) return { result: refuse(lease, now) };
      const next = { ...lease, leaseMs, expiresAt: now + leaseMs };
      return { result: { held: true, token, databaseTime: now, takenOver: false }, commit: { lease: next } };
    });
  }

  // deno-lint-ignore require-await -- what goes wrong is to reject, not to throw
  async readLease(): Promise<LeaseStatus | null> {
    this.#file.refresh();
    const { owner, hostname, token, leaseMs, expiresAt } = this.#file.lease;
    return owner === null ? null : { owner, hostname, token, leaseMs, remainingMs: expiresAt - Date.now() };
  }

  releaseLease({ owner, token }: Lease): Promise<void> {
    return this.#file.change(() => {
      const { lease } = this.#file;
      const isHeld = lease.owner === owner && lease.token === token;
      // The row stays, so that tokens never start again.
      return isHeld ? { result: undefined, commit: { lease: { ...lease, owner: null } } } : { result: undefined };
    });
  }

  /** Works on a snapshot, and writes everything by one line at the end, unless somebody else was faster. */
  async transaction<Result>(
    work: (transaction: Transaction<LogFileDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    this.#file.refresh();
    const snapshot = this.#file.values;
    const written = new Map<string, unknown>();
    const [entries, fences]: [ChangeEntry[], ChangeEntry[]] = [[], []];
    // deno-lint-ignore require-await -- what goes wrong is to reject, not to throw
    const claim = async (entry: ChangeEntry, claims: ChangeEntry[]) => {
      if (this.#isTaken(entry)) throw new PositionTakenError(`Position ${entry.seq} is taken`);
      claims.push(entry);
    };
    const read = (key: string) => written.has(key) ? written.get(key) : snapshot.get(key);
    const db = guardedValues(guard, read, (key, value) => void written.set(key, value));
    const append = (entry: ChangeEntry) => claim(entry, entries);
    const result = await work({ context: { db }, append, fence: (entry) => claim(entry, fences) });
    return await this.#file.change(() => {
      const isConflict = (written.size > 0 && this.#file.values !== snapshot) ||
        [...entries, ...fences].some((entry) => this.#isTaken(entry));
      if (isConflict) throw new ConflictError("Somebody else has changed the same file in between");
      return { result, commit: { entries, values: Object.fromEntries(written) } };
    });
  }

  context(guard: Guard): LogFileDriverContext {
    const read = (key: string) => {
      this.#file.refresh();
      return this.#file.values.get(key);
    };
    const write = (key: string, value: unknown) =>
      this.#file.change(() => ({ result: undefined, commit: { values: { [key]: value } } }));
    return { db: guardedValues(guard, read, write) };
  }

  classify(error: unknown): ErrorClass {
    return error instanceof ConflictError ? "transient" : "permanent";
  }

  /** The file is not kept open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #isTaken({ seq }: ChangeEntry): boolean {
    return seq <= this.#file.entries.length;
  }
}

function refuse(lease: LeaseRow, now: number): LeaseReply {
  const { owner, hostname, leaseMs, expiresAt } = lease;
  return { held: false, owner: owner ?? "", hostname, leaseMs, remainingMs: expiresAt - now, stamp: stampOf(lease) };
}

/** Changes with every renewal. */
function stampOf({ token, expiresAt }: LeaseRow): string {
  return `${token}:${expiresAt}`;
}
