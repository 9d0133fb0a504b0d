import { setImmediate } from "node:timers";
import type { Runtime } from "../../src/run/runtime.ts";

/** Lets everything go on that only waits for something that is done already. */
function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}

interface Sleeper {
  readonly until: number;
  readonly isAside: boolean;
  readonly wake: () => void;
}

/**
 * Time that goes on only while somebody waits for it: an hour takes no longer than a moment, and nobody oversleeps. Sleeps of
 * some durations do not count as waiting, because something else is done meanwhile: heartbeats, and looks at a slow request.
 */
export class VirtualTime implements Runtime {
  readonly #aside: readonly number[];
  #now = 0;
  #ids = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(options: { readonly asideMs: readonly number[] }) {
    this.#aside = options.asideMs;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  uuid(): string {
    return `execution-${++this.#ids}`;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const isAside = this.#aside.includes(milliseconds);
    const sleeper: Sleeper = { until: this.#now + milliseconds, isAside, wake };
    this.#sleepers.add(sleeper);
    signal?.addEventListener("abort", wake, { once: true });
    return promise;
  }

  /** Lets the time pass until something is done. */
  async pass<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const done = () => void (isDone = true);
    work.then(done, done);
    await turn();
    while (!isDone) {
      this.#wakeNext();
      await turn();
    }
    return await work;
  }

  #wakeNext(): void {
    const sleepers = [...this.#sleepers].toSorted((left, right) => left.until - right.until);
    const [next] = sleepers;
    if (next === undefined || sleepers.every(({ isAside }) => isAside)) return;
    this.#now = Math.max(this.#now, next.until);
    next.wake();
  }
}
