/** While it is in scope, the clock of this process is wrong by some time; timers are not. */
export class ShiftedClock implements Disposable {
  readonly #real: DateConstructor = globalThis.Date;

  /** Shifts the clock, to the future when the number is above zero. */
  constructor(shiftMs: number) {
    const now = () => this.#real.now() + shiftMs;
    globalThis.Date = new Proxy(this.#real, {
      construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
      get: (target, name) => name === "now" ? now : Reflect.get(target, name),
    });
  }

  /** Puts it right again. */
  [Symbol.dispose](): void {
    globalThis.Date = this.#real;
  }
}
