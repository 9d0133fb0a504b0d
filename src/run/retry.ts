import type { ErrorClass } from "../driver.ts";
import type { Runtime } from "./runtime.ts";

/** How long and how to try again. */
export interface RetryOptions {
  /** Time and randomness. */
  readonly runtime: Runtime;
  /** For how long, in milliseconds. */
  readonly budgetMs: number;
  /** Which errors are worth another try. */
  readonly isWorthIt: (error: unknown) => boolean;
  /** Ends the tries early. */
  readonly signal?: AbortSignal;
  /** Called before each further try. */
  readonly onRetry?: (tries: number) => void;
}

/** Tries until it succeeds, the error is not worth another try, or the time is up; then throws the last error. */
export async function retry<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const backoff = new Backoff(options.runtime, options.budgetMs);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!options.isWorthIt(error) || options.signal?.aborted || backoff.isOver()) throw error;
      await backoff.wait(options.signal);
      options.onRetry?.(backoff.tries);
    }
  }
}

/** From this many conflicts on, somebody who is gone may still hold what a change unit needs. */
export const EVICT_AFTER_TRIES = 3;

/** Growing waits with jitter, 5 ms at first and 500 ms at most, within a time. */
export class Backoff {
  /** How many waits there have been. */
  tries = 0;
  readonly #runtime: Runtime;
  readonly #endsAt: number;

  /** Starts the time. */
  constructor(runtime: Runtime, budgetMs: number) {
    this.#runtime = runtime;
    this.#endsAt = runtime.now() + budgetMs;
  }

  /** Whether the time is up. */
  isOver(): boolean {
    return this.#runtime.now() >= this.#endsAt;
  }

  /** Waits. */
  async wait(signal?: AbortSignal): Promise<void> {
    const longest = Math.min(500, 5 * 1.5 ** this.tries++);
    await this.#runtime.sleep(longest * (0.5 + this.#runtime.random() / 2), signal);
  }
}

/** Classifies an error by itself and by its causes, because change units wrap what their client throws. */
export function classifyDeeply(classify: (error: unknown) => ErrorClass, error: unknown): ErrorClass {
  const seen = new Set<unknown>();
  for (let current = error; current instanceof Error && !seen.has(current); current = current.cause) {
    seen.add(current);
    const found = classify(current);
    if (found !== "permanent") return found;
  }
  return "permanent";
}
