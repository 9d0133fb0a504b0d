import { ChangeFailedError, ExecutionError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { ExecutionReport } from "../report.ts";

/**
 * Hears of promises that change units have left behind and that failed, until it is disposed of. They would end the process on
 * the spot, with the lock held and nothing said; here the execution is ended in good order instead.
 */
export class StrayErrors implements Disposable {
  #first: { readonly error: unknown } | undefined;
  readonly #listener: (event: PromiseRejectionEvent) => void;

  /** Listens from here on, and calls `onStray` for each. */
  constructor(onStray: (error: unknown) => void) {
    this.#listener = (event) => {
      event.preventDefault();
      this.#first ??= { error: event.reason };
      onStray(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", this.#listener);
  }

  /** Nobody can say what a call that nobody awaited was part of, so an execution with one has failed. */
  async orReport(work: () => Promise<ExecutionReport>): Promise<ExecutionReport> {
    let report: ExecutionReport;
    try {
      report = await work();
      // A promise that was left behind in the last change unit may fail after it.
      await new Promise((resolve) => setTimeout(resolve));
    } catch (error) {
      if (this.#first === undefined || !(error instanceof ExecutionError)) throw error;
      report = error.report;
    }
    if (this.#first === undefined) return report;
    const { error: cause } = this.#first;
    const message = `A change unit has left a call behind that failed: ${firstLine(cause)}`;
    const failed = new ChangeFailedError(message, { cause });
    failed.report = report;
    throw failed;
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    globalThis.removeEventListener("unhandledrejection", this.#listener);
  }
}
