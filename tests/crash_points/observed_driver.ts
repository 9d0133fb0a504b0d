import {
  CommitUnknownError,
  type Driver,
  type DriverSupports,
  type ErrorClass,
  type Guard,
  type Lease,
  type LeaseReply,
  type LeaseRequest,
  type LeaseStatus,
  type Transaction,
} from "../../mod.ts";
import type { ChangeEntry } from "../../src/history/change_entry.ts";
import { InjectedError } from "./faults.ts";
import type { Process } from "./process.ts";

const COMMIT = "commit";

/** A driver whose every call is a call of a process. */
export class ObservedDriver implements Driver<object> {
  readonly name: string;
  readonly supports: DriverSupports;
  readonly evict?: (sessions: readonly string[]) => Promise<void>;
  readonly #driver: Driver<object>;
  readonly #process: Process;

  constructor(driver: Driver<object>, process: Process) {
    this.#driver = driver;
    this.#process = process;
    this.name = driver.name;
    this.supports = driver.supports;
    if (driver.evict === undefined) return;
    this.evict = (sessions) => process.call("evict", async () => await driver.evict?.(sessions));
  }

  get session(): string | null {
    return this.#driver.session;
  }

  prepare(need: { readonly transactions: boolean }): Promise<void> {
    return this.#process.call("prepare", () => this.#driver.prepare(need));
  }

  readHistory(options?: { readonly after?: number }): Promise<readonly ChangeEntry[]> {
    return this.#process.call("readHistory", () => this.#driver.readHistory(options));
  }

  append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    return this.#process.call("append", () => this.#driver.append(entry));
  }

  acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return this.#process.call("acquireLease", () => this.#driver.acquireLease(request));
  }

  renewLease(lease: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    return this.#process.call("renewLease", () => this.#driver.renewLease(lease));
  }

  readLease(): Promise<LeaseStatus | null> {
    return this.#process.call("readLease", () => this.#driver.readLease());
  }

  releaseLease(lease: Lease): Promise<void> {
    return this.#process.call("releaseLease", () => this.#driver.releaseLease(lease));
  }

  async transaction<Result>(
    work: (transaction: Transaction<object>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    await this.#process.call("begin", () => Promise.resolve());
    using held = new DisposableStack();
    let leave = () => Promise.resolve();
    try {
      const result = await this.#driver.transaction(async ({ context, append, fence }) => {
        const result = await work({
          context,
          append: (entry) => this.#process.call("append inside", () => append(entry)),
          fence: (entry) => this.#process.call("fence", () => fence(entry)),
        });
        leave = await this.#process.enter(COMMIT);
        held.use(this.#process.holdTime());
        return result;
      }, guard);
      held.dispose();
      await leave();
      return result;
    } catch (error) {
      const isInDoubt = error instanceof InjectedError && error.call === COMMIT && error.errorClass === "unknown";
      throw isInDoubt ? new CommitUnknownError("The commit was not confirmed", { cause: error }) : error;
    }
  }

  context(guard: Guard): object {
    return this.#driver.context(guard);
  }

  classify(error: unknown): ErrorClass {
    return error instanceof InjectedError ? error.errorClass : this.#driver.classify(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
