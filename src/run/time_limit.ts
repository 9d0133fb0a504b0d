import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { MigrationError } from "../errors.ts";
import type { Runtime } from "./runtime.ts";

/** Tells a method of a change unit to stop when its time is over, or when the execution has to stop. */
export class TimeLimit implements Disposable {
  readonly #stop = new AbortController();
  readonly #ended = new AbortController();
  readonly #outer: AbortSignal;
  readonly #pass = () => this.#stop.abort(this.#outer.reason);

  /** Starts the time of a change unit that has a limit. */
  constructor({ id, timeoutMs }: LoadedChangeUnit, outer: AbortSignal, runtime: Runtime) {
    this.#outer = outer;
    outer.addEventListener("abort", this.#pass, { once: true });
    if (outer.aborted) this.#pass();
    if (timeoutMs === null) return;
    const message = `The change unit "${id}" took longer than its ${timeoutMs} ms`;
    runtime.sleep(timeoutMs, this.#ended.signal).then(() => {
      if (!this.#ended.signal.aborted) this.#stop.abort(new MigrationError("CHANGE_TIMED_OUT", message));
    });
  }

  /** Aborts when the method is to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Ends the time. */
  [Symbol.dispose](): void {
    this.#ended.abort("ended");
    this.#outer.removeEventListener("abort", this.#pass);
  }
}
