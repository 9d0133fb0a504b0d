import type { Faults } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";

interface Write {
  readonly time: number;
  readonly undo: () => void;
}

interface Waiter {
  readonly time: number;
  readonly kept: () => void;
  readonly lost: () => void;
}

/** The longest a write takes to reach a majority while nothing is wrong, in milliseconds. */
const LONGEST_MS = 8;

/** Writes count once a majority of the members has them; until then a failover undoes them. */
export class Replication {
  /** The number of the newest write, and of the newest one that a majority has. */
  time = 0;
  majority = 0;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  #isStalled = false;
  #term = 0;
  #unreplicated: Write[] = [];
  #waiters: Waiter[] = [];

  constructor(scheduler: Scheduler, faults: Faults) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  /** Counts a write that was made here. */
  write(undo: () => void): number {
    const [time, term] = [++this.time, this.#term];
    this.#unreplicated.push({ time, undo });
    this.#scheduler.schedule(this.#faults.random.between(0.5, LONGEST_MS), () => {
      if (term === this.#term && !this.#isStalled) this.#reach(time);
    });
    return time;
  }

  /** Calls back when a majority has a write, or when a failover has undone it. */
  whenKept(time: number, kept: () => void, lost: () => void): void {
    if (time <= this.majority) kept();
    else this.#waiters.push({ time, kept, lost });
  }

  /** The other members cannot be reached. */
  stall(): void {
    this.#isStalled = true;
  }

  heal(): void {
    this.#isStalled = false;
    this.#reach(this.time);
  }

  /** Another member takes over, which has only what a majority has. */
  failOver(): void {
    this.#term++;
    this.#isStalled = false;
    for (const { undo } of this.#unreplicated.toReversed()) {
      undo();
      this.#faults.count("write undone by a failover");
    }
    this.#unreplicated = [];
    const waiters = this.#waiters;
    this.#waiters = [];
    // Times go on, so that what waits for a write that is gone cannot take another one for it.
    this.majority = this.time;
    for (const { lost } of waiters) lost();
  }

  #reach(time: number): void {
    if (time <= this.majority) return;
    this.majority = time;
    this.#unreplicated = this.#unreplicated.filter((write) => write.time > time);
    const reached = this.#waiters.filter((waiter) => waiter.time <= time);
    this.#waiters = this.#waiters.filter((waiter) => waiter.time > time);
    for (const { kept } of reached) kept();
  }
}
