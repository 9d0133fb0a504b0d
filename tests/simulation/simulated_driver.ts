import {
  type ChangeEntry,
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
  type Transaction,
} from "../../mod.ts";
import type { Connection } from "./connection.ts";
import type { Operation } from "./deeds.ts";
import { TransientError, UnknownError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import { acquired, type LeaseRow, renewed, replyTo, statusOf } from "./lease_row.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedProcess } from "./simulated_process.ts";
import type { Place, Store } from "./store.ts";

/** What a change unit says of a write; the driver adds the rest. */
export type Wanted = Omit<Operation, "calledAt" | "isLeaseGood">;

/** What a change unit gets. */
export interface SimulatedContext {
  readonly db: { write(wanted: Wanted): Promise<void> };
}

/** What a {@link SimulatedDriver} needs. */
export interface SimulatedDriverOptions {
  readonly process: SimulatedProcess;
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly connection: Connection;
  readonly faults: Faults;
  /** Whether the database has sessions that others can end, forbids to end them, or has none that outlive a transaction. */
  readonly eviction: "allowed" | "forbidden" | "none";
}

const TIMEOUT_MS = 10_000;
/** How long the client of a change unit waits. */
const OPERATION_TIMEOUT_MS = 45_000;

/** A driver as that for MongoDB is one, to a {@link Store}. */
export class SimulatedDriver implements Driver<SimulatedContext> {
  readonly name = "simulation";
  readonly supports: DriverSupports = { transactions: true, schemaChanges: "refused" };
  readonly session: string | null;
  protected readonly options: SimulatedDriverOptions;
  #number = 0;
  /** How long its lease is good, by the clock of its process. */
  #leaseUntil = -Infinity;

  constructor(options: SimulatedDriverOptions) {
    this.options = options;
    this.session = options.eviction === "none" ? null : `session-${options.process.name}`;
  }

  prepare(): Promise<void> {
    return this.send("prepare", TIMEOUT_MS, (_, reply) => reply({ value: undefined }));
  }

  readHistory(range: HistoryRange = {}): Promise<readonly ChangeEntry[]> {
    return this.send("read", 3 * TIMEOUT_MS, (store, reply) => store.readHistory(range, reply));
  }

  append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const place = this.nextPlace();
    return this.send(nameOf("append", entry), TIMEOUT_MS, (store, reply, isAbandoned) => {
      store.append(entry, place, reply, isAbandoned);
    });
  }

  acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return this.changeLease("acquire", request, (row, now) => acquired(row, request, now));
  }

  renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return this.changeLease("renew", lease, (row, now) => renewed(row, lease, now));
  }

  readLease(): Promise<LeaseStatus | null> {
    return this.send("look at lease", TIMEOUT_MS, (store, reply) => {
      reply({ value: store.lease.owner === null ? null : statusOf(store.lease, store.clock) });
    });
  }

  releaseLease({ owner, token }: Lease): Promise<void> {
    return this.send("release", TIMEOUT_MS, (store, reply) => {
      const change = (row: LeaseRow) => row.owner === owner && row.token === token ? { ...row, owner: null } : row;
      store.changeLease(change, (outcome) => reply("error" in outcome ? outcome : { value: undefined }));
    });
  }

  async transaction<Result>(
    work: (transaction: Transaction<SimulatedContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    const place = this.nextPlace();
    let isFirst = true;
    const inside = async (name: string, perform: Parameters<Store["inside"]>[2]) => {
      const begins = isFirst;
      isFirst = false;
      try {
        await this.send(name, OPERATION_TIMEOUT_MS, (store, reply) => store.inside(place, begins, perform, reply));
      } catch (error) {
        // A connection that is lost in front of the commit has changed nothing.
        throw error instanceof UnknownError ? new TransientError(error.message) : error;
      }
    };
    const { store } = this.options;
    let result: Result;
    try {
      result = await work({
        context: {
          db: {
            write: (wanted) => {
              guard();
              const operation = this.#complete(wanted);
              return inside(`write ${wanted.key} inside`, (opened) => store.writeInside(opened, operation));
            },
          },
        },
        append: (entry) =>
          inside(nameOf("append inside", entry), (opened) => {
            store.claimInside(opened, entry);
            opened.entries.push(entry);
          }),
        fence: (entry) =>
          inside(nameOf("fence", entry), (opened) => {
            store.claimInside(opened, entry);
            opened.fences.push(entry.seq);
          }),
      });
    } catch (error) {
      await this.send<void>("abort", TIMEOUT_MS, (database, reply) => database.abort(place, reply)).catch(() => {});
      throw error;
    }
    await this.commit(place, isFirst);
    return result;
  }

  context(guard: Guard): SimulatedContext {
    return {
      db: {
        write: (wanted) => {
          guard();
          const operation = this.#complete(wanted);
          return this.send(`write ${wanted.key}`, OPERATION_TIMEOUT_MS, (store, reply, isAbandoned) => {
            store.write(operation, reply, isAbandoned);
          });
        },
      },
    };
  }

  classify(error: unknown): ErrorClass {
    return error instanceof TransientError ? "transient" : error instanceof UnknownError ? "unknown" : "permanent";
  }

  evict(sessions: readonly string[]): Promise<void> {
    return this.send("evict", TIMEOUT_MS, (store, reply) => {
      if (this.options.eviction !== "allowed") throw new Error("not authorized");
      store.transactions.evict(sessions);
      reply({ value: undefined });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** The client asks once more when it lost the connection: the database knows the commit again. */
  protected async commit(place: Place, isEmpty: boolean): Promise<void> {
    if (isEmpty) return;
    const { faults } = this.options;
    const isLost = faults.strikes("commit unknown, not committed");
    const isUnanswered = !isLost && faults.strikes("commit unknown, committed");
    const once = () =>
      this.send<void>("commit", TIMEOUT_MS, (store, reply) => {
        if (!isLost) store.commit(place, isUnanswered ? () => {} : reply);
      });
    try {
      await once().catch((error) => {
        // Only the first answer can say for certain that nothing was committed.
        if (error instanceof UnknownError) return once().catch((cause) => Promise.reject(asUnknown(cause)));
        throw error;
      });
    } catch (cause) {
      if (cause instanceof TransientError) throw cause;
      throw new CommitUnknownError("the commit was not confirmed", { cause });
    }
  }

  protected send<Value>(
    name: string,
    timeoutMs: number,
    perform: (store: Store, ...rest: Parameters<Parameters<Connection["request"]>[0]["perform"]>) => void,
  ): Promise<Value> {
    const { connection, store } = this.options;
    return connection.request<Value>({
      name,
      timeoutMs,
      // The connection hands on whatever the database replies.
      perform: (reply, isAbandoned) => perform(store, reply as never, isAbandoned),
    });
  }

  protected async changeLease(
    name: string,
    { owner, leaseMs, token }: { readonly owner: string; readonly leaseMs: number; readonly token?: number },
    change: (row: LeaseRow, now: number) => LeaseRow,
  ): Promise<LeaseReply> {
    const sentAt = this.options.process.now();
    const reply: LeaseReply = await this.send(name, TIMEOUT_MS, (store, answer) => {
      store.changeLease(change, (outcome) => {
        if ("error" in outcome) return answer(outcome);
        const { row, now } = outcome.value;
        answer({ value: replyTo(row, owner, token ?? row.token, now) });
      });
    });
    if (reply.held) this.#leaseUntil = sentAt + leaseMs;
    return reply;
  }

  protected nextPlace(): Place {
    const number = ++this.#number;
    // Without sessions that outlive a transaction, no request of a process ends an older one.
    return { session: this.session ?? `${this.options.process.name}/${number}`, number };
  }

  #complete(wanted: Wanted): Operation {
    const { scheduler, process } = this.options;
    return { ...wanted, calledAt: scheduler.now, isLeaseGood: process.now() < this.#leaseUntil };
  }
}

function asUnknown(cause: unknown): UnknownError {
  return new UnknownError("the commit was asked for again, to no avail", { cause });
}

function nameOf(deed: string, { seq, type, state, changeId }: ChangeEntry): string {
  return `${deed} ${seq}: ${type === "RUN" ? type : `${changeId} ${state}`}${
    type === "BEFORE_EXECUTION" ? " (before)" : ""
  }`;
}
