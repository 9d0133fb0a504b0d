import { ChangeFailedError, ExecutionError } from "../errors.ts";
import { firstLine } from "../history/recorded_error.ts";
import type { ExecutionReport } from "../report.ts";
import type { RunnerEvent } from "../run/events.ts";
import { type CommandResult, type Session, withRunner } from "./command.ts";
import { hearInterrupts } from "./interrupt.ts";
import { Progress } from "./progress.ts";
import { renderNothingPending, renderReport } from "./render_report.ts";
import { hearStrayRejections } from "./stray_rejections.ts";
import { nameOf } from "./words.ts";

/** `denock migrate`: executes what is pending. */
export async function migrate(session: Session): Promise<CommandResult> {
  const { output, settings, endNow } = session;
  const stop = new AbortController();
  const stray = new StrayError();
  const errors: unknown[] = [];
  using progress = new Progress(output);
  using _interrupts = hearInterrupts({
    onFirst(signal) {
      output.notice(`${signal}: ending in good order, which takes a moment; Ctrl+C again ends at once`);
      stop.abort(new Error(signal));
    },
    onImpatience: () => endNow(130, "It was ended at once; what was under way is settled by the next execution"),
  });
  using _strays = hearStrayRejections((error) => {
    stray.see(error);
    stop.abort(error);
  });
  const listener = (event: RunnerEvent) => {
    if (event.type === "change.failed") errors.push(event.error);
    progress.hear(event);
  };
  try {
    return await withRunner(session, { readOnly: false, listener }, async (runner) => {
      const report = await stray.orReport(() => runner.migrate({ signal: stop.signal }));
      if (report.failed.length > 0) throw severalFailed(report, errors);
      if (report.executionId === null) return nothingPending(report, settings.migrations);
      return { outcome: "executed", document: { report }, text: renderReport(report, output.paintResult) };
    });
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    const { report } = error;
    return { outcome: "executed", document: { report }, text: renderReport(report, output.paintResult), error };
  }
}

/** A promise that a change unit has left behind, and that failed. */
class StrayError {
  #seen: { readonly error: unknown } | undefined;

  see(error: unknown): void {
    this.#seen ??= { error };
  }

  /** Nobody can say what a call that nobody awaited was part of, so an execution with one has failed. */
  async orReport(work: () => Promise<ExecutionReport>): Promise<ExecutionReport> {
    let report: ExecutionReport;
    try {
      report = await work();
      // A promise that was left behind in the last change unit may fail after it.
      await new Promise((resolve) => setTimeout(resolve));
    } catch (error) {
      if (this.#seen === undefined || !(error instanceof ExecutionError)) throw error;
      report = error.report;
    }
    if (this.#seen === undefined) return report;
    const { error: cause } = this.#seen;
    throw withReport(
      new ChangeFailedError(`A change unit has left a call behind that failed: ${firstLine(cause)}`, { cause }),
      report,
    );
  }
}

function severalFailed(report: ExecutionReport, errors: readonly unknown[]): ChangeFailedError {
  const names = report.failed.map(nameOf).join(", ");
  const [error, ...more] = errors;
  const cause = more.length === 0 ? error : new AggregateError(errors);
  return withReport(new ChangeFailedError(`The execution went on after a failure of ${names}`, { cause }), report);
}

function withReport(error: ChangeFailedError, report: ExecutionReport): ChangeFailedError {
  error.report = report;
  return error;
}

function nothingPending(report: ExecutionReport, folder: string): CommandResult {
  return {
    outcome: "nothing pending",
    document: { report },
    text: renderNothingPending(report.done, report.skipped.length, folder),
  };
}
