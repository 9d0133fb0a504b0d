import { TransientError, UnknownError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { SimulatedProcess } from "./simulated_process.ts";
import type { Scheduler } from "./scheduler.ts";
import type { IsAbandoned, Reply, Store } from "./store.ts";
import type { Trace } from "./trace.ts";

/** What a process asks the database for. */
export interface Request<Value> {
  /** What it is, for the trace. */
  readonly name: string;
  /** How long the client waits for the answer. */
  readonly timeoutMs: number;
  readonly perform: (reply: Reply<Value>, isAbandoned: IsAbandoned) => void;
}

/** What {@link Connection} needs. */
export interface ConnectionOptions {
  readonly process: SimulatedProcess;
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly trace: Trace;
  /** The longest that something is delayed or held back. */
  readonly longestDelayMs: number;
}

/** The way from a process to the database and back, on which everything can go wrong. */
export class Connection {
  /** How many requests were sent, and the names of the last ones. */
  readonly sent: string[] = [];
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  request<Value>({ name, timeoutMs, perform }: Request<Value>): Promise<Value> {
    const { process, store, scheduler, faults, trace } = this.#options;
    const { random } = faults;
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.sent.push(name);
    let isSettled = false;
    const timeout = process.later(timeoutMs, () => settle({ error: new UnknownError(`${name}: timed out`) }));
    const settle: Reply<Value> = (outcome) => {
      if (isSettled) return;
      isSettled = timeout.isCancelled = true;
      if (trace.isOn) {
        trace.write(process.name, `${name}: ${"error" in outcome ? outcome.error.message : said(outcome.value)}`);
      }
      if ("error" in outcome) reject(outcome.error);
      else resolve(outcome.value);
    };
    const answer = (outcome: Parameters<Reply<Value>>[0]) => {
      if (faults.strikes("reply lost")) return this.#breakConnection(name, settle);
      process.later(random.between(0.2, 3), () => {
        this.#disturb();
        if (!process.isDead) process.later(0, () => settle(outcome));
      });
    };
    const arrive = () => {
      if (store.isDown) return answer({ error: new UnknownError(`${name}: there is no primary`) });
      try {
        perform(answer, () => isSettled || process.isDead);
      } catch (error) {
        answer({ error: error instanceof Error ? error : new Error(String(error)) });
      }
    };
    if (faults.strikes("transient error")) {
      process.later(random.between(0.2, 3), () => settle({ error: new TransientError(`${name}: try again`) }));
      return promise;
    }
    const isSent = this.#disturb();
    if (!isSent) return promise;
    if (faults.strikes("request lost")) this.#breakConnection(name, settle);
    else if (faults.strikes("request delayed")) {
      // The client may take the connection for lost long before the request arrives.
      if (random.chance(0.3)) this.#breakConnection(name, settle);
      scheduler.schedule(this.#heldMs() + random.between(5, this.#options.longestDelayMs), arrive);
    } else scheduler.schedule(this.#heldMs() + random.between(0.2, 3), arrive);
    return promise;
  }

  /** A process that stands still sends its request only when it goes on. */
  #heldMs(): number {
    return Math.max(0, this.#options.process.pausedUntil - this.#options.scheduler.now);
  }

  /** A crash or a pause of the process; false when it did not come to send what it wanted to send. */
  #disturb(): boolean {
    const { process, faults, trace, longestDelayMs } = this.#options;
    if (faults.strikes("crash")) {
      trace.write(process.name, "CRASH");
      process.crash();
      return faults.random.chance(0.5);
    }
    if (faults.strikes("pause")) {
      const forMs = faults.random.between(10, longestDelayMs);
      trace.write(process.name, `PAUSE for ${Math.round(forMs)} ms`);
      process.pause(forMs);
    }
    if (faults.strikes("suspension")) {
      const forMs = faults.random.between(10, longestDelayMs);
      trace.write(process.name, `SUSPENSION for ${Math.round(forMs)} ms`);
      process.suspend(forMs);
    }
    return true;
  }

  /** The client notices at once, or only when it has waited long enough. */
  #breakConnection<Value>(name: string, settle: Reply<Value>): void {
    const { process, faults: { random } } = this.#options;
    if (random.chance(0.5)) return;
    process.later(random.between(1, 500), () => settle({ error: new UnknownError(`${name}: connection lost`) }));
  }
}

function said(value: unknown): string {
  if (value === undefined) return "done";
  if (Array.isArray(value)) return `${value.length} entries`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
