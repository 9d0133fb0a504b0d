/** Time and randomness, which the core takes only from here, so that a simulation can put its own in place. */
export interface Runtime {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Waits; an abort ends the wait early and without an error. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 to below 1. */
  random(): number;
  /** A fresh unique id. */
  uuid(): string;
}

/** The runtime by Web APIs. */
export const webRuntime: Runtime = {
  now: () => performance.now(),
  sleep(milliseconds, signal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.resolve();
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    return promise;
  },
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
};
