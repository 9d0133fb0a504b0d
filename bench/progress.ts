/** Tells on the error output what is going on, and how long it will take at the pace so far. */
export class Progress {
  readonly #startedAt = performance.now();
  #blocks = { done: 0, all: 0, expectedMs: 0 };
  #blockStartedAt = 0;
  #measurements = { done: 0, all: 0 };

  /** Begins with a number of blocks. */
  constructor(blocks: number) {
    this.#blocks.all = blocks;
  }

  /** Tells a line. */
  readonly say = (line: string): void => {
    console.error(`${seconds(performance.now() - this.#startedAt).padStart(6)}  ${line}`);
  };

  /** Begins the next block. */
  beginBlock(name: string, measurements: number): void {
    this.#blocks.done++;
    this.#blockStartedAt = performance.now();
    this.#measurements = { done: 0, all: measurements };
    this.say(`block ${this.#blocks.done} of ${this.#blocks.all}: ${name}, ${measurements} measurements`);
  }

  /** One measurement is done. */
  measured(line: string): void {
    const { done, all } = this.#measurements;
    this.#measurements.done++;
    const leftMs = (performance.now() - this.#blockStartedAt) / (done + 1) * (all - done - 1);
    this.say(
      `${done + 1} of ${all}, about ${
        seconds(leftMs)
      } left in block ${this.#blocks.done} of ${this.#blocks.all}: ${line}`,
    );
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(0)} s`;
}
