/** Lets calls through one after the other, in the order in which they were made. */
export class StatementQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Makes a call when it is its turn. */
  run<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#waiting++;
    const result = this.#last.then(call).finally(() => this.#waiting--);
    // A call that has failed does not hold up the next.
    this.#last = result.catch(() => {});
    return result;
  }

  /** Whether a call is under way or waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves when no call is under way any more. */
  async idle(): Promise<void> {
    while (this.isBusy) await this.#last;
  }
}
