import type { Runtime } from "../../src/run/runtime.ts";
import type { VirtualTime } from "../properties/virtual_time.ts";
import { type Fault, type FaultKind, InjectedError } from "./faults.ts";

/** How long the lease lasts, in virtual milliseconds. */
export const LEASE_MS = 30_000;
/** How long the runner sleeps between two renewals of it, and until it takes an append for slow. */
export const BACKGROUND_MS: readonly number[] = [LEASE_MS / 3, 1_000];

/** No life needs more calls than this. */
const MOST_CALLS = 5_000;

/** In every life timers go off in the same order: nobody wakes up at the very moment of a renewal of the lease. */
function sleepMs(milliseconds: number): number {
  return BACKGROUND_MS.includes(milliseconds) ? milliseconds : Math.ceil(milliseconds) + 1;
}

/**
 * A process as the database sees it: a row of calls. At one of them it may be gone, be stopped for a while, or be told that
 * the call has failed. Of a process that is gone nothing is heard any more: its calls and its timers never come back.
 */
export class Process {
  /** The names of its calls, in order. */
  readonly calls: string[] = [];
  /** The ids of its executions. */
  readonly executionIds: string[] = [];
  /** Time and randomness of this process; while it is stopped its timers do not go off. */
  readonly runtime: Runtime;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  /** Resolves when it is stopped. */
  readonly stopped: Promise<void>;
  readonly #gone = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #death = new AbortController();
  readonly #time: VirtualTime;
  readonly #fault: Fault | null;
  readonly #stopAt: number | null;
  #resume: PromiseWithResolvers<void> | null = null;
  #isDoomed = false;

  constructor(
    time: VirtualTime,
    { fault = null, stopAt = null }: { fault?: Fault | null; stopAt?: number | null } = {},
  ) {
    this.gone = this.#gone.promise;
    this.stopped = this.#stopped.promise;
    this.#time = time;
    this.#fault = fault;
    this.#stopAt = stopAt;
    this.runtime = {
      now: () => time.now(),
      random: () => time.random(),
      uuid: () => {
        const executionId = time.uuid();
        this.executionIds.push(executionId);
        return executionId;
      },
      sleep: async (milliseconds, signal) => {
        await time.sleep(sleepMs(milliseconds), AbortSignal.any([this.#death.signal, ...(signal ? [signal] : [])]));
        await this.#whileAlive();
      },
    };
  }

  /** Whether one of its calls may have been done although it was told that it has failed. */
  get isInDoubt(): boolean {
    return this.#fault?.kind === "unknown, done";
  }

  /** Makes a call. */
  async call<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter(name);
    const result = await this.#whileTimeStands(work);
    await leave();
    return result;
  }

  /** While a database works, no time passes: it only passes while everybody waits. */
  holdTime(): Disposable {
    let isHeld = true;
    const hold = async () => {
      while (isHeld) await this.#time.sleep(0);
    };
    hold();
    return { [Symbol.dispose]: () => void (isHeld = false) };
  }

  async #whileTimeStands<Result>(work: () => Promise<Result>): Promise<Result> {
    using _ = this.holdTime();
    return await work();
  }

  /** Begins a call: what goes wrong in front of it happens here, and what goes wrong behind it in the function returned. */
  async enter(name: string): Promise<() => Promise<void>> {
    await this.#whileAlive();
    const number = this.calls.push(name);
    if (number > MOST_CALLS) throw new Error(`The life does not come to an end: ${this.calls.slice(-10).join(", ")}`);
    if (number === this.#stopAt) await this.#stop();
    const kind = this.#faultAt(number);
    if (kind === "crash before") this.#die();
    await this.#whileAlive();
    if (kind === "transient" || kind === "unknown, not done" || kind === "permanent") {
      throw new InjectedError(name, kind);
    }
    return () => this.#leave(name, kind);
  }

  /** Lets a stopped process go on. */
  resume(): void {
    const resume = this.#resume;
    this.#resume = null;
    resume?.resolve();
  }

  async #leave(name: string, kind: FaultKind | undefined): Promise<void> {
    if (kind === "crash, reply lost") this.#die();
    await this.#whileAlive();
    if (kind === "crash after") this.#isDoomed = true;
    if (kind === "unknown, done") throw new InjectedError(name, kind);
  }

  #faultAt(number: number): FaultKind | undefined {
    if (this.#fault === null) return undefined;
    const { at, lasts, kind } = this.#fault;
    return number === at || (lasts === "for good" && number > at) ? kind : undefined;
  }

  async #stop(): Promise<void> {
    this.#resume = Promise.withResolvers<void>();
    this.#stopped.resolve();
    await this.#resume.promise;
  }

  #die(): void {
    this.#death.abort();
    this.#gone.resolve();
  }

  async #whileAlive(): Promise<void> {
    while (this.#resume !== null) await this.#resume.promise;
    if (this.#isDoomed) this.#die();
    if (this.#death.signal.aborted) await new Promise<never>(() => {});
  }
}
