import type { Runtime } from "../../mod.ts";
import type { Random } from "./random.ts";
import type { Host, Scheduled, Scheduler } from "./scheduler.ts";

/** NTP keeps clocks about this close to the right speed. */
const LARGEST_DRIFT = 0.0002;

/** A process: a clock of its own, and events that can be held back (a pause) or dropped for good (a crash). */
export class SimulatedProcess implements Runtime, Host {
  readonly name: string;
  isDead = false;
  pausedUntil = 0;
  /** How often its clock stood still, as that of a suspended machine does. */
  suspensions = 0;
  /** Called once when it crashes. */
  onCrash: (() => void) | undefined;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #rate: number;
  #offset: number;

  constructor(name: string, scheduler: Scheduler, random: Random) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#offset = random.between(0, 1e9);
    this.#rate = 1 + random.between(-LARGEST_DRIFT, LARGEST_DRIFT);
  }

  now(): number {
    return this.#offset + this.#scheduler.now * this.#rate;
  }

  random(): number {
    return this.#random.next();
  }

  uuid(): string {
    return `${this.name}-${this.#random.integer(0, 0xffffffff).toString(16).padStart(8, "0")}`;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const due = this.now() + milliseconds;
    let timer: Scheduled;
    const end = () => {
      timer.isCancelled = true;
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const wait = () => {
      timer = this.later((due - this.now()) / this.#rate, () => {
        // Its clock may have stood still meanwhile.
        if (due - this.now() > 1e-3) wait();
        else end();
      });
    };
    wait();
    signal?.addEventListener("abort", end, { once: true });
    return promise;
  }

  /** Something that happens to this process. */
  later(afterMs: number, happen: () => void): Scheduled {
    return this.#scheduler.schedule(afterMs, happen, this);
  }

  /** From here on nothing happens to it any more. */
  crash(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.onCrash?.();
  }

  /** Nothing happens to it for a while: a long garbage collection, `SIGSTOP`. Its clock goes on. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.#scheduler.now + milliseconds);
  }

  /** The same, but its clock stands still meanwhile. */
  suspend(milliseconds: number): void {
    this.suspensions++;
    this.pause(milliseconds);
    this.#offset -= milliseconds * this.#rate;
  }
}
