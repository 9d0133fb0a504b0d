import type { RunnerEvent } from "../run/events.ts";
import type { ChangeReference } from "../report.ts";
import type { Output } from "./output.ts";
import { renderDetail } from "./render_detail.ts";
import { renderEvent } from "./render_event.ts";
import { duration, type Effect, nameOf } from "./words.ts";

/** How often to say that something is still going on where lines stay, as in a log; in milliseconds. */
const STILL_MS = 10_000;
/** How often to show on a terminal for how long something has been going on, in milliseconds. */
const TICK_MS = 250;

/** Events that tell of something that went wrong, or that somebody should change. */
const ALWAYS_TOLD: readonly RunnerEvent["type"][] = [
  "warning",
  "deprecated",
  "disabled",
  "lock.lost",
  "lock.notReleased",
  "change.failed",
];

/** Tells a person what a runner does while it does it, and for how long something has been going on. */
export class Progress implements Disposable {
  readonly #output: Output;
  readonly #effect: Effect;
  #waitingFor = "";
  readonly #deprecations = new Set<string>();
  #waitingSaidAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #reported = "";

  /** Starts in silence. */
  constructor(output: Output, effect: Effect) {
    this.#output = output;
    this.#effect = effect;
  }

  /** Tells an event. */
  readonly hear = (event: RunnerEvent): void => {
    this.#follow(event);
    if (event.type === "deprecated" && !this.#isFirst(event.message)) return;
    // On a terminal the line at the bottom shows it already.
    if (event.type === "change.progress" && this.#output.isWatched) return;
    const isNews = event.type !== "lock.waiting" || this.#isNews(event.owner);
    const text = isNews ? renderEvent(event, this.#output.paintNotice, this.#effect) : "";
    if (ALWAYS_TOLD.includes(event.type)) this.#output.notice(text);
    else if (text !== "") this.#output.progress(text);
    else if (this.#output.detail === "verbose") {
      this.#output.notice(this.#output.paintNotice("dim", renderDetail(event)));
    }
  };

  /** Ends the watch over what goes on. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#output.status("");
  }

  /** What goes on now shows as long as it does: on a terminal in a line of its own, in a log by a line once in a while. */
  #follow(event: RunnerEvent): void {
    switch (event.type) {
      case "change.started":
        return this.#watch("running", event.change);
      case "change.progress":
        this.#reported = `, ${event.done}${event.total === null ? "" : ` of ${event.total}`}`;
        return;
      case "lock.waiting":
        if (this.#timer === undefined && this.#output.isWatched) this.#watch("waiting for the lock");
        return;
      case "lock.acquired":
      case "change.executed":
      case "change.failed":
      case "execution.ended":
        return this[Symbol.dispose]();
    }
  }

  #watch(what: string, change?: ChangeReference): void {
    this[Symbol.dispose]();
    this.#reported = "";
    const startedAt = performance.now();
    const subject = change === undefined ? "" : ` ${nameOf(change)}`;
    this.#timer = setInterval(() => {
      const since = `${duration(performance.now() - startedAt)} so far${this.#reported}`;
      if (this.#output.isWatched) this.#output.status(`${what}${subject}  ${since}`);
      else this.#output.progress(`${this.#output.paintNotice("dim", what)}${subject}  ${since}`);
    }, this.#output.isWatched ? TICK_MS : STILL_MS);
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
}
