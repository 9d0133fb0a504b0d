import type { ChangeReference } from "../report.ts";

/** How people call a change unit: its file where it has one. */
export function nameOf({ file, order, id }: Pick<ChangeReference, "file" | "order" | "id">): string {
  return file ?? `${order} ${id}`;
}

/** A number of change units in words. */
export function changeUnits(count: number): string {
  return count === 1 ? "1 change unit" : `${count} change units`;
}

/** A time in words. */
export function duration(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
