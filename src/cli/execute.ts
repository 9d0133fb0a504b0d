import { ChangeFailedError, ExecutionError } from "../errors.ts";
import type { ExecutionReport } from "../report.ts";
import type { RunnerEvent } from "../run/events.ts";
import type { Runner } from "../run/runner.ts";
import type { CommandResult, Session } from "./command.ts";
import { hearInterrupts } from "./interrupt.ts";
import type { Access } from "./databases/database_kind.ts";
import { Progress } from "./progress.ts";
import { renderReport } from "./render_report.ts";
import { StrayErrors } from "./stray_errors.ts";
import { withRunner } from "./with_runner.ts";
import { type Effect, EFFECTS, nameOf, type StateOf } from "./words.ts";

/** Something that changes the database. */
export interface Undertaking {
  /** What becomes of change units. */
  readonly effect: Effect;
  /** Whether a database that is not there is made. */
  readonly access: Exclude<Access, "read">;
  /** Does it. */
  readonly work: (tools: Tools) => Promise<ExecutionReport>;
  /** Says that there was nothing to do. */
  readonly renderNothing: (report: ExecutionReport) => string;
  /** In which state the history has a change unit afterwards, where that differs from one to the next. */
  readonly stateOf?: StateOf;
}

/** What something is carried out with. */
export interface Tools {
  /** The runner. */
  readonly runner: Runner<object>;
  /** Aborted by a signal of the process, and for what a change unit has left behind. */
  readonly signal: AbortSignal;
}

/** Carries something out: tells of it line by line, ends it in good order for a signal, and fails it for what it left behind. */
export async function execute(session: Session, undertaking: Undertaking): Promise<CommandResult> {
  const { effect, access, work, renderNothing } = undertaking;
  const { output, endNow } = session;
  const stop = new AbortController();
  const errors: unknown[] = [];
  const render = (report: ExecutionReport) => renderReport(report, { ...undertaking, paint: output.paintResult });
  using progress = new Progress(output, effect);
  using _interrupts = hearInterrupts({
    onFirst(signal) {
      output.notice(`${signal}: ending in good order, which takes a moment; Ctrl+C again ends at once`);
      stop.abort(new Error(signal));
    },
    onImpatience: () => endNow(130, "It was ended at once; what was under way is settled by the next execution"),
  });
  using stray = new StrayErrors((error) => stop.abort(error));
  const listener = (event: RunnerEvent) => {
    if (event.type === "change.failed") errors.push(event.error);
    progress.hear(event);
  };
  try {
    return await withRunner(session, { access, listener }, async (runner) => {
      const report = await stray.orReport(() => work({ runner, signal: stop.signal }));
      if (report.failed.length > 0) throw severalFailed(report, errors);
      const isNothing = report.executionId === null;
      return {
        outcome: isNothing ? EFFECTS[effect].nothing : effect,
        document: { report },
        text: isNothing ? renderNothing(report) : render(report),
      };
    });
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    return { outcome: effect, document: { report: error.report }, text: render(error.report), error };
  }
}

function severalFailed(report: ExecutionReport, errors: readonly unknown[]): ChangeFailedError {
  const names = report.failed.map(nameOf).join(", ");
  const [error, ...more] = errors;
  const cause = more.length === 0 ? error : new AggregateError(errors);
  const failed = new ChangeFailedError(`The execution went on after a failure of ${names}`, { cause });
  failed.report = report;
  return failed;
}
