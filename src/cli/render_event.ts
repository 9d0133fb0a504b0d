import { redactUrls } from "../redact.ts";
import type { RunnerEvent } from "../run/events.ts";
import type { Paint } from "./paint.ts";
import { renderProblem } from "./render_problems.ts";
import { duration, type Effect, nameOf, oneLine } from "./words.ts";

/** Renders an event as a line of progress, or as nothing when it is not worth one. */
export function renderEvent(event: RunnerEvent, paint: Paint, effect: Effect): string {
  switch (event.type) {
    case "warning":
      return renderProblem(event.problem, paint);
    case "deprecated":
      return `${paint("yellow", "deprecated")} ${event.message}`;
    case "lock.waiting": {
      const { owner, hostname, remainingMs } = event;
      const left = remainingMs > 0 ? `its lease lasts for ${duration(remainingMs)}` : "its lease is over";
      const holder = oneLine(`execution ${owner} on ${hostname}`);
      return `${paint("yellow", "waiting")} for the lock: ${holder} holds it, ${left}`;
    }
    case "lock.acquired":
      if (!event.takenOver) return "";
      return `${paint("yellow", "took over")} the lock: the execution that held it did not give it back`;
    case "lock.lost":
      return `${paint("red", "lost")} the lock`;
    case "lock.notReleased":
      return `${paint("yellow", "kept")} the lock: it could not be given back and expires by itself ` +
        `(${firstLine(event.error)})`;
    case "execution.started":
    case "execution.ended":
    case "lock.released":
    case "change.started":
    case "before.started":
    case "before.ended":
    case "rollback.started":
      return "";
    case "disabled":
      return "Denock is disabled: nothing is done";
    case "rollback.ended": {
      // An undo is nothing else, and says so when all of it has ended.
      if (effect === "undone" && event.error === undefined) return "";
      const what = event.step === "EXECUTION" ? "" : "the before step of ";
      const failed = event.error === undefined ? paint("yellow", "rolled back") : paint("red", "could not roll back");
      return `${failed} ${what}${nameOf(event.change)}`;
    }
    case "change.progress": {
      const share = event.total === null ? `${event.done}` : `${event.done} of ${event.total}`;
      return `${paint("dim", "progress")} ${nameOf(event.change)}: ${share}`;
    }
    case "change.recovering":
      return `${paint("yellow", "recovering")} ${nameOf(event.change)}: an earlier execution was interrupted in it`;
    case "rollback.retrying": {
      const what = event.step === "EXECUTION" ? "rollback" : "rollback of the before step";
      return `${paint("yellow", "retrying")} ${what} of ${nameOf(event.change)}  attempt ${event.attempt}`;
    }
    case "change.retrying":
      return `${paint("yellow", "retrying")} ${nameOf(event.change)}  attempt ${event.attempt}`;
    case "change.log":
      return `${paint("dim", "log")} ${nameOf(event.change)}: ${event.message}`;
    case "change.executed": {
      const { executionMillis, attempts } = event.change;
      const tries = attempts > 1 ? `  ${attempts} attempts` : "";
      const time = effect === "recorded" ? "" : `  ${duration(executionMillis)}`;
      return `${paint("green", effect)} ${nameOf(event.change)}${time}${tries}`;
    }
    case "change.failed":
      return `${paint("red", "failed")} ${nameOf(event.change)}  ${event.change.state}: ${event.change.message}`;
  }
}

function firstLine(error: unknown): string {
  return redactUrls((error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "");
}
