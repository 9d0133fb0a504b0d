import type { ChangeReference, ExecutedChange } from "../report.ts";

/** What becomes of change units; JSON calls the outcome so as well. */
export type Effect = "executed" | "undone" | "recorded";

interface EffectWords {
  /** What JSON calls the outcome when there was nothing to do. */
  readonly nothing: string;
  /** The state in which the history has a change unit then. */
  readonly state: "EXECUTED" | "ROLLED_BACK";
}

/** How to speak of an effect. */
export const EFFECTS: Readonly<Record<Effect, EffectWords>> = {
  executed: { nothing: "nothing pending", state: "EXECUTED" },
  undone: { nothing: "nothing to undo", state: "ROLLED_BACK" },
  recorded: { nothing: "nothing to record", state: "EXECUTED" },
};

/** Says in which state the history has a change unit. */
export type StateOf = (change: ExecutedChange) => EffectWords["state"];

/** How people call a change unit: its file where it has one. */
export function nameOf({ file, order, id }: Pick<ChangeReference, "file" | "order" | "id">): string {
  return oneLine(file ?? `${order} ${id}`);
}

const LONGEST = 1_000;

/** A text from the database on one line and of a bearable length: with line ends it could pass for lines of this program. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}

/** A number of change units in words. */
export function changeUnits(count: number): string {
  return count === 1 ? "1 change unit" : `${count} change units`;
}

/** A time in words. */
export function duration(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
