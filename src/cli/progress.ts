import type { RunnerEvent } from "../run/events.ts";
import type { ChangeReference } from "../report.ts";
import type { Output } from "./output.ts";
import { renderEvent } from "./render_event.ts";
import { duration, type Effect, nameOf } from "./words.ts";

/** How often to say that something is still going on, in milliseconds. */
const STILL_MS = 10_000;

/** Tells a person what a runner does while it does it, and says so when something takes long. */
export class Progress implements Disposable {
  readonly #output: Output;
  readonly #effect: Effect;
  #waitingFor = "";
  readonly #deprecations = new Set<string>();
  #waitingSaidAt = 0;
  #still: ReturnType<typeof setInterval> | undefined;

  /** Starts in silence. */
  constructor(output: Output, effect: Effect) {
    this.#output = output;
    this.#effect = effect;
  }

  /** Tells an event. */
  readonly hear = (event: RunnerEvent): void => {
    if (event.type === "lock.waiting" && !this.#isNews(event.owner)) return;
    if (event.type === "deprecated" && !this.#isFirst(event.message)) return;
    if (event.type === "change.started") this.#watch(event.change);
    if (event.type === "change.executed" || event.type === "change.failed") this[Symbol.dispose]();
    this.#output.notice(renderEvent(event, this.#output.paintNotice, this.#effect));
  };

  /** Ends the watch over a change unit. */
  [Symbol.dispose](): void {
    clearInterval(this.#still);
  }

  /** The runner asks for the lock every other second; who holds it is worth a line once in a while. */
  #isNews(owner: string): boolean {
    const now = performance.now();
    if (owner === this.#waitingFor && now - this.#waitingSaidAt < STILL_MS) return false;
    this.#waitingFor = owner;
    this.#waitingSaidAt = now;
    return true;
  }

  /** Whoever plans twice loads twice. */
  #isFirst(deprecation: string): boolean {
    const isFirst = !this.#deprecations.has(deprecation);
    this.#deprecations.add(deprecation);
    return isFirst;
  }

  #watch(change: ChangeReference): void {
    this[Symbol.dispose]();
    const startedAt = performance.now();
    this.#still = setInterval(() => {
      const since = duration(performance.now() - startedAt);
      this.#output.notice(`${this.#output.paintNotice("dim", "running")} ${nameOf(change)}  ${since} so far`);
    }, STILL_MS);
  }
}
