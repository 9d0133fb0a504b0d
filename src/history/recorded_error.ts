import { redact } from "../redact.ts";
import type { RecordedError } from "./change_entry.ts";

const LONGEST_MESSAGE = 500;

/** What the history keeps of an error: its class, its code and the first line of its message, without secrets. */
export function recordError(error: unknown, rollbackError?: unknown): RecordedError {
  const message = rollbackError === undefined
    ? firstLine(error)
    : `${firstLine(error)} (its rollback failed as well: ${firstLine(rollbackError)})`;
  return { name: error instanceof Error ? error.name : typeof error, code: codeOf(error), message };
}

/** The first line of the message of anything that was thrown, without secrets. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return redact(message).replace(/\r?\n[^]*/, "").slice(0, LONGEST_MESSAGE);
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" || typeof error.code === "number" ? String(error.code) : null;
}
