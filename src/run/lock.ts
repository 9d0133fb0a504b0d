import type { Driver, LeaseHeld, LeaseRefused, LeaseReply } from "../driver.ts";
import { DatabaseError, InterruptedError, LockLostError, LockNotObtainedError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { RunnerListener } from "./events.ts";
import type { LockOptions } from "./lock_options.ts";
import { classifyDeeply, retry } from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/** The lock while it is held. */
export interface Lock {
  /** Throws unless the lease is known to be held right now. */
  check(): void;
  /** The time by the clock of the database, in milliseconds since 1970. */
  databaseTime(): number;
}

/** What {@link withLock} needs. */
export interface LockRequest extends LockOptions {
  /** The driver. */
  readonly driver: Driver<object>;
  /** Time and randomness. */
  readonly runtime: Runtime;
  /** The id of the execution. */
  readonly owner: string;
  /** Where it runs. */
  readonly hostname: string;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Called once when another execution has taken the lock over. */
  readonly onLost: (error: LockLostError) => void;
  /** Hears of waiting, taking over and losing. */
  readonly listener: RunnerListener;
  /** Called after each try that failed; the waiting ends when it says that there is nothing left to do. */
  readonly isNothingLeft: () => Promise<boolean>;
}

/**
 * Holds the lock while `work` runs. It alone acquires, renews and releases the lease. Undefined when there was nothing left to
 * do before the lock was obtained.
 *
 * @throws {LockNotObtainedError} when the time to wait is over.
 * @throws {InterruptedError} when the signal aborts while it waits.
 */
export async function withLock<Result>(
  request: LockRequest,
  work: (lock: Lock, takenOver: boolean) => Promise<Result>,
): Promise<Result | undefined> {
  const acquired = await acquire(request);
  if (acquired === undefined) return undefined;
  request.listener({ type: "lock.acquired", takenOver: acquired.reply.takenOver });
  const lease = new HeldLease(request, acquired);
  const heartbeat = lease.keepAlive();
  try {
    return await work(lease, acquired.reply.takenOver);
  } finally {
    lease.stop();
    await heartbeat;
    await lease.release();
  }
}

interface Acquired {
  readonly reply: LeaseHeld;
  readonly sentAt: number;
}

async function acquire(request: LockRequest): Promise<Acquired | undefined> {
  const { driver, runtime, owner, hostname, leaseMs, signal } = request;
  const giveUpAt = runtime.now() + request.waitMs;
  const watch = new StaleLeaseWatch(runtime);
  for (;;) {
    const stale = watch.staleStamp();
    const takeOver = stale === undefined ? {} : { takeOver: stale };
    let sentAt = runtime.now();
    const reply = await ask(request, () => {
      // A database that is locked may keep the first tries waiting for longer than a lease.
      sentAt = runtime.now();
      return driver.acquireLease({ owner, hostname, leaseMs, ...takeOver });
    });
    if (reply.held) return { reply, sentAt };
    watch.see(reply);
    if (await request.isNothingLeft()) return undefined;
    await waitForHolder(request, reply, giveUpAt);
    if (signal.aborted) throw new InterruptedError("The execution was cancelled while it waited for the lock");
  }
}

/** Asking twice is harmless: whoever holds the lease already gets it again. */
async function ask(request: LockRequest, work: () => Promise<LeaseReply>): Promise<LeaseReply> {
  const { driver, runtime, signal, waitMs } = request;
  const isWorthIt = (error: unknown) => classifyDeeply((each) => driver.classify(each), error) !== "permanent";
  try {
    return await retry(work, { runtime, signal, budgetMs: waitMs, isWorthIt });
  } catch (cause) {
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot ask ${driver.name} for the lock: ${firstLine(cause)}`, {
      cause,
    });
  }
}

async function waitForHolder(request: LockRequest, refused: LeaseRefused, giveUpAt: number): Promise<void> {
  const { runtime, pollMs, signal, waitMs } = request;
  const { owner, hostname, remainingMs } = refused;
  const left = giveUpAt - runtime.now();
  if (left <= 0) {
    throw new LockNotObtainedError(
      `Execution ${owner} on ${hostname} holds the lock and was still alive after a wait of ${waitMs} ms`,
    );
  }
  request.listener({ type: "lock.waiting", owner, hostname, remainingMs });
  const pause = Math.min(pollMs, Math.max(remainingMs, pollMs / 20)) * (0.9 + runtime.random() / 10);
  await runtime.sleep(Math.min(pause, left), signal);
}

/** Notices a lease that nobody renews although it does not expire: the clock of the database may have stepped back. */
class StaleLeaseWatch {
  readonly #runtime: Runtime;
  #seen: { readonly stamp: string; readonly since: number; readonly leaseMs: number } | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  see({ stamp, leaseMs }: LeaseRefused): void {
    if (this.#seen?.stamp !== stamp) this.#seen = { stamp, since: this.#runtime.now(), leaseMs };
  }

  staleStamp(): string | undefined {
    if (this.#seen === undefined) return undefined;
    return this.#runtime.now() - this.#seen.since > this.#seen.leaseMs ? this.#seen.stamp : undefined;
  }
}

/** A lease from the moment it was obtained until it is released. */
class HeldLease implements Lock {
  readonly #request: LockRequest;
  readonly #token: number;
  readonly #stopped = new AbortController();
  /** Both count from the sending of a request: its answer may have been long on the way. */
  #confirmedAt: number;
  #databaseTime: number;
  #lost: LockLostError | undefined;

  constructor(request: LockRequest, { reply, sentAt }: Acquired) {
    this.#request = request;
    this.#token = reply.token;
    this.#confirmedAt = sentAt;
    this.#databaseTime = reply.databaseTime;
  }

  check(): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#isLapsed()) {
      throw new LockLostError(`The lease of execution ${this.#request.owner} could not be renewed in time`);
    }
  }

  databaseTime(): number {
    return this.#databaseTime + (this.#request.runtime.now() - this.#confirmedAt);
  }

  /** Renews until it is stopped or lost. A lease that has lapsed may still be renewed as long as nobody has taken it. */
  async keepAlive(): Promise<void> {
    const { runtime, leaseMs, driver, owner } = this.#request;
    const { signal } = this.#stopped;
    let pause = leaseMs / 3;
    for (;;) {
      await runtime.sleep(pause, signal);
      if (signal.aborted) return;
      const sentAt = runtime.now();
      try {
        const reply = await driver.renewLease({ owner, token: this.#token, leaseMs });
        if (!reply.held) return this.#lose(reply);
        this.#confirmedAt = sentAt;
        this.#databaseTime = reply.databaseTime;
        pause = leaseMs / 3;
      } catch {
        pause = leaseMs / 30;
      }
    }
  }

  stop(): void {
    this.#stopped.abort("released");
  }

  /** A lease that cannot be released expires; that is no reason to call the work failed. */
  async release(): Promise<void> {
    if (this.#lost !== undefined) return;
    const { driver, runtime, leaseMs, owner, listener } = this.#request;
    try {
      const budgetMs = Math.min(leaseMs, 5_000);
      const isWorthIt = (error: unknown) => driver.classify(error) === "transient";
      await retry(() => driver.releaseLease({ owner, token: this.#token }), { runtime, budgetMs, isWorthIt });
      listener({ type: "lock.released" });
    } catch (error) {
      listener({ type: "lock.notReleased", error });
    }
  }

  #isLapsed(): boolean {
    return this.#request.runtime.now() - this.#confirmedAt >= this.#request.leaseMs;
  }

  #lose({ owner, hostname }: LeaseRefused): void {
    const whose = owner === "" ? "it was released by somebody else" : `execution ${owner} on ${hostname} has it`;
    this.#lost = new LockLostError(`Execution ${this.#request.owner} has lost the lock: ${whose}`);
    this.#request.listener({ type: "lock.lost" });
    this.#request.onLost(this.#lost);
  }
}
