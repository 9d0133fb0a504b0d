/** What happened in a life, in lines that a person can read; only written when somebody wants to. */
export class Trace {
  readonly lines: string[] = [];
  readonly isOn: boolean;
  readonly #now: () => number;

  constructor(options: { readonly isOn: boolean; readonly now: () => number }) {
    this.isOn = options.isOn;
    this.#now = options.now;
  }

  write(who: string, what: string): void {
    if (!this.isOn) return;
    this.lines.push(`${(this.#now() / 1_000).toFixed(3).padStart(9)}  ${who.padEnd(8)} ${what}`);
  }
}
