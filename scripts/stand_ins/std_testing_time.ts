/**
 * Stand-in for `jsr:@std/testing/time`. It replaces `Date`, the timer functions and `AbortSignal.timeout`, as the real
 * one does; `performance.now` stays real in both.
 *
 * @module
 */

/** Thrown when time is faked twice or restored twice. */
export class TimeError extends Error {
  override name = "TimeError";
}

// deno-lint-ignore no-explicit-any -- timer callbacks take whatever was passed to setTimeout
type Callback = (...values: any[]) => void;

interface Timer {
  readonly id: number;
  readonly callback: Callback;
  readonly values: unknown[];
  readonly repeatMs: number | undefined;
  due: number;
}

const real = {
  Date,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  abortSignalTimeout: AbortSignal.timeout,
};

let current: FakeTime | undefined;

/** Time that stands still until it is told to move on. */
export class FakeTime {
  readonly #start: number;
  #now: number;
  #lastId = 0;
  readonly #timers = new Map<number, Timer>();

  /** Fakes time from now on, beginning at `start` or at the real time. */
  constructor(start?: number | string | Date | null) {
    if (current !== undefined) throw new TimeError("Cannot construct FakeTime: time is already faked");
    this.#start = Math.floor(start === undefined || start === null ? Date.now() : new Date(start).valueOf());
    if (Number.isNaN(this.#start)) throw new TypeError("Cannot construct FakeTime: invalid start time NaN");
    this.#now = this.#start;
    current = this;
    this.#fakeGlobals();
  }

  /** Restores real time. */
  static restore(): void {
    if (current === undefined) throw new TimeError("Cannot restore time: time is already restored");
    current.restore();
  }

  /** Restores real time until the callback has returned and its promise, if any, has settled. */
  static async restoreFor<T>(callback: () => Promise<T> | T): Promise<T> {
    const faked = current;
    if (faked === undefined) throw new TimeError("Cannot restore time: time is not faked");
    restoreGlobals();
    try {
      return await callback();
    } finally {
      faked.#fakeGlobals();
    }
  }

  /** The faked time at the beginning. */
  get start(): number {
    return this.#start;
  }

  /** The faked time; moving it on runs every timer that becomes due on the way, each at its own time. */
  get now(): number {
    return this.#now;
  }

  set now(value: number) {
    if (value < this.#now) {
      throw new RangeError(`Cannot set current time in the past, time must be >= ${this.#now}: received ${value}`);
    }
    for (let timer = this.#nextTimer(); timer !== undefined && timer.due <= value; timer = this.#nextTimer()) {
      this.#now = timer.due;
      // A repeated timer goes to the end of its next due time, after those that were set for it before.
      this.#timers.delete(timer.id);
      if (timer.repeatMs !== undefined) {
        this.#timers.set(timer.id, { ...timer, due: timer.due + timer.repeatMs });
      }
      timer.callback(...timer.values);
    }
    this.#now = value;
  }

  /** Waits in real time. */
  delay(ms: number): Promise<void> {
    return new Promise((resolve) => void real.setTimeout(resolve, ms));
  }

  /** Lets everything that is waiting for a resolved promise go on. */
  runMicrotasks(): Promise<void> {
    return this.delay(0);
  }

  /** Moves time on. */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** Runs the pending microtasks, then moves time on. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  /** Moves time on to the next timer; false when there is none. */
  next(): boolean {
    const timer = this.#nextTimer();
    if (timer !== undefined) this.now = timer.due;
    return timer !== undefined;
  }

  /** Runs the pending microtasks, then moves time on to the next timer; false when there is none. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Moves time on until no timer is left. */
  runAll(): void {
    while (this.next());
  }

  /** Moves time on until no timer is left, running the pending microtasks before each. */
  async runAllAsync(): Promise<void> {
    while (this.#timers.size > 0) await this.nextAsync();
  }

  /** Restores real time. */
  restore(): void {
    if (current === undefined) throw new TimeError("Cannot restore time: time is already restored");
    current = undefined;
    restoreGlobals();
  }

  /** Restores real time. */
  [Symbol.dispose](): void {
    this.restore();
  }

  #nextTimer(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (next === undefined || timer.due < next.due) next = timer;
    }
    return next;
  }

  #setTimer(callback: Callback, delay: number, values: unknown[], repeat: boolean): number {
    const delayMs = Math.max(repeat ? 1 : 0, Math.floor(delay));
    const id = ++this.#lastId;
    this.#timers.set(id, { id, callback, values, repeatMs: repeat ? delayMs : undefined, due: this.#now + delayMs });
    return id;
  }

  #fakeGlobals(): void {
    const now = () => this.#now;
    const clear = (id?: unknown) => void this.#timers.delete(id as number);
    const globals = globalThis as unknown as Record<string, unknown>;
    globals["setTimeout"] = (callback: Callback, delay = 0, ...values: unknown[]) =>
      this.#setTimer(callback, delay, values, false);
    globals["setInterval"] = (callback: Callback, delay = 0, ...values: unknown[]) =>
      this.#setTimer(callback, delay, values, true);
    globals["clearTimeout"] = globals["clearInterval"] = clear;
    globals["Date"] = new Proxy(real.Date, {
      construct: (date, values, target) => Reflect.construct(date, values.length === 0 ? [now()] : values, target),
      apply: () => new real.Date(now()).toString(),
      get: (date, name, receiver) => name === "now" ? now : Reflect.get(date, name, receiver),
    });
    AbortSignal.timeout = (delay) => {
      const controller = new AbortController();
      const abort = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
      this.#setTimer(abort, delay, [], false);
      return controller.signal;
    };
  }
}

function restoreGlobals(): void {
  const { abortSignalTimeout, ...globals } = real;
  Object.assign(globalThis, globals);
  AbortSignal.timeout = abortSignalTimeout;
}
