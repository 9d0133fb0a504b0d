import type { ChangeContext } from "../../change_unit/context.ts";
import {
  CommitUnknownError,
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
import { AtomicCollector, type KvAtomic, refuseAtomic } from "./atomic_collector.ts";
import { bindKv, bindKvReadOnly } from "./bound_kv.ts";
import { classifyError, KvConflictError } from "./classify_error.ts";
import { explainLimit } from "./explain_limit.ts";
import { LeaseKey } from "./lease_key.ts";

/** What a {@link KvDriver} gives change units. */
export interface KvDriverContext {
  /** The database. Inside a transaction it can only be read, and what is read is not isolated: see {@link KvAtomic.check}. */
  readonly kv: Deno.Kv;
  /** Collects the writes of a transaction. Outside of one every use of it is refused. */
  readonly atomic: KvAtomic;
}

/** What a change unit on a {@link KvDriver} gets. */
export type KvContext = ChangeContext & KvDriverContext;

/** What a {@link KvDriver} needs to know. */
export interface KvDriverOptions {
  /** The open database; it stays the caller's. */
  readonly kv: Deno.Kv;
  /**
   * What the keys of the driver begin with: the history is at `[...prefix, "history", seq]`, the lease at
   * `[...prefix, "lease"]`.
   *
   * @default {["denock"]}
   */
  readonly prefix?: Deno.KvKey;
}

/** How many entries are asked for at a time, which is the most that Deno KV documents. */
const BATCH_SIZE = 500;

/**
 * The driver for Deno KV: a file, `Deno.openKv()` on Deno Deploy, or a server of KV Connect. It needs `--unstable-kv`.
 *
 * There are no open transactions: what a change unit writes is collected and committed at its end by one atomic operation,
 * together with its entry in the history.
 *
 * @example
 * ```ts
 * import { KvDriver } from "@denock/denock/kv";
 *
 * using kv = await Deno.openKv(":memory:");
 * await using driver = new KvDriver({ kv });
 * console.log(driver.name);
 * ```
 */
export class KvDriver implements Driver<KvDriverContext> {
  /** What people call the database. */
  readonly name = "Deno KV";
  /** It has no schema; writes are sent at the end of a transaction; it has no clock of its own. */
  readonly supports: DriverSupports = {
    transactions: true,
    schemaChanges: "transactional",
    readsOwnWrites: false,
    ownClock: false,
  };
  /** Nothing is held open that somebody could end. */
  readonly session = null;
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  readonly #lease: LeaseKey;

  /** Makes a driver on an open database. */
  constructor({ kv, prefix = ["denock"] }: KvDriverOptions) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#lease = new LeaseKey(kv, [...prefix, "lease"]);
  }

  /** There is nothing to prepare. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Reads entries. Long histories take several requests, which is as good as one: entries are only added at the end and never
   * changed, so the batches together are the log as it was at the last of them.
   */
  async readHistory({ after = 0, unlessSettled }: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    const selector = { prefix: [...this.#prefix, "history"], start: this.#positionOf({ seq: after + 1 }) };
    const read = (options: Deno.KvListOptions) =>
      Array.fromAsync(
        this.#kv.list<ChangeEntry>(selector, { consistency: "strong", ...options }),
        ({ value }) => value,
      );
    const newest = unlessSettled === undefined ? [] : await read({ limit: 1, reverse: true });
    return newest.some(({ settled }) => settled === unlessSettled) ? newest : await read({ batchSize: BATCH_SIZE });
  }

  /** Adds an entry. */
  async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const operation = this.#kv.atomic();
    this.#add(operation, entry);
    return await this.#commit(operation) ? "accepted" : "taken";
  }

  /** Asks for the lease. */
  async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return await this.#lease.acquire(request);
  }

  /** Prolongs the lease. */
  async renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return await this.#lease.renew(lease);
  }

  /** Looks at the lease. */
  async readLease(): Promise<LeaseStatus | null> {
    return await this.#lease.read();
  }

  /** Gives the lease back. */
  async releaseLease(lease: Lease): Promise<void> {
    await this.#lease.release(lease);
  }

  /** Makes one attempt at a transaction: collects, and commits all at once. */
  async transaction<Result>(
    work: (transaction: Transaction<KvDriverContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    const operation = this.#kv.atomic();
    const claimed: ChangeEntry[] = [];
    const result = await work({
      context: { kv: bindKvReadOnly(this.#kv, guard), atomic: new AtomicCollector(operation, guard) },
      append: (entry) => {
        claimed.push(entry);
        return Promise.resolve(this.#add(operation, entry));
      },
      fence: (entry) => {
        claimed.push(entry);
        return Promise.resolve(this.#claim(operation, entry));
      },
    });
    try {
      if (await this.#commit(operation)) return result;
    } catch (cause) {
      if (classifyError(cause) !== "unknown") throw cause;
      throw new CommitUnknownError("Deno KV did not confirm the commit", { cause });
    }
    throw await this.#conflict(claimed);
  }

  /** What a change unit gets outside of a transaction. */
  context(guard: Guard): KvDriverContext {
    return { kv: bindKv(this.#kv, guard), atomic: refuseAtomic(guard) };
  }

  /** A conflict and a locked file are worth another try. */
  classify(error: unknown): ErrorClass {
    return classifyError(error);
  }

  /** There is nothing to close: the database is the caller's. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #positionOf({ seq }: Pick<ChangeEntry, "seq">): Deno.KvKey {
    return [...this.#prefix, "history", seq];
  }

  #claim(operation: Deno.AtomicOperation, entry: ChangeEntry): void {
    operation.check({ key: this.#positionOf(entry), versionstamp: null });
  }

  #add(operation: Deno.AtomicOperation, entry: ChangeEntry): void {
    this.#claim(operation, entry);
    operation.set(this.#positionOf(entry), entry);
  }

  /** Whether all checks held, and so everything was written. */
  async #commit(operation: Deno.AtomicOperation): Promise<boolean> {
    try {
      return (await operation.commit()).ok;
    } catch (error) {
      throw explainLimit(error);
    }
  }

  /**
   * Which check has failed is not told, so the positions are looked at. One may well be taken by this very transaction: the
   * client of KV Connect sends a commit again whose answer was lost, and the core looks at whose entry it is.
   */
  async #conflict(claimed: readonly ChangeEntry[]): Promise<Error> {
    const [first] = claimed;
    const standing = first === undefined ? null : (await this.#kv.get(this.#positionOf(first))).versionstamp;
    if (standing !== null) return new PositionTakenError(`Position ${first?.seq} is taken`);
    return new KvConflictError("Something that the change unit has checked was changed in between");
  }
}
