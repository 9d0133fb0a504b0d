import type { RunnerEvent } from "../run/events.ts";
import { nameOf, oneLine } from "./words.ts";

/** Renders an event that only who asks for every detail wants to hear of, or nothing when it is none of those. */
export function renderDetail(event: RunnerEvent): string {
  switch (event.type) {
    case "execution.started":
      return `began ${event.operation} as execution ${event.executionId}`;
    case "execution.ended":
      return `ended ${event.operation}`;
    case "lock.acquired":
      return "acquired the lock";
    case "lock.released":
      return "released the lock";
    case "change.started":
      return `began ${nameOf(event.change)}`;
    case "before.started":
      return `began the before step of ${nameOf(event.change)}`;
    case "before.ended":
      return `${event.error === undefined ? "ended" : "failed in"} the before step of ${nameOf(event.change)}`;
    case "rollback.started":
      return `began to roll back ${event.step === "EXECUTION" ? "" : "the before step of "}${nameOf(event.change)}`;
    case "lock.waiting":
      return `asked for the lock, which execution ${oneLine(event.owner)} holds`;
    default:
      return "";
  }
}
