import { type ChangeEntry, FORMAT } from "../history/change_entry.ts";

/** Whether the newest entry of a history says that a source with this digest has nothing to do. */
export function isSettledBy({ format, state, settled }: ChangeEntry, digest: string): boolean {
  return format === FORMAT && state === "EXECUTED" && settled === digest;
}
