import type { Comment } from "../history/change_entry.ts";
import type { Limit } from "../plan/limit_plan.ts";
import type { RepairRequest } from "../plan/mark_plan.ts";
import type { UndoTarget } from "../plan/undo_plan.ts";

/** How an operation can be told to stop. */
export interface StopOptions {
  /** Ends every wait; of an execution the change unit under way is rolled back and the lock released. */
  readonly signal?: AbortSignal;
}

/** How far a migration goes, and how it can be told to stop. */
export type MigrateOptions = Limit & StopOptions;

/** How far an undo goes back, and how it can be told to stop. */
export type UndoOptions = UndoTarget & StopOptions;

/** What is recorded by hand, by whom and why. */
export interface RepairOptions extends StopOptions {
  /** What became of which change units. */
  readonly repairs: readonly RepairRequest[];
  /** Who says so and why. */
  readonly comment: Comment;
}

/** How the lock is released by hand. */
export interface ReleaseLockOptions {
  /**
   * Whether also a lock whose holder seems to be alive is released.
   *
   * @default {false}
   */
  readonly force?: boolean;
}

/** What is to count as executed, who says so and why. */
export interface BaselineOptions extends StopOptions {
  /** The id of the last change unit that is to count as executed. */
  readonly to: string;
  /** Who says so and why. */
  readonly comment: Comment;
}
