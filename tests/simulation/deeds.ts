import type { ChangeEntry, Step } from "../../mod.ts";

/** One write of a change unit. */
export interface Operation {
  readonly key: string;
  /** One more, or none any more. */
  readonly change: "add" | "remove";
  readonly unit: string;
  readonly step: Step;
  readonly method: "execution" | "rollback";
  readonly executionId: string;
  /** When the process called, by the time of the simulation. */
  readonly calledAt: number;
  /** Whether its lease was good at that moment by its own clock. */
  readonly isLeaseGood: boolean;
}

/** A write that is no change unit's. */
export function byHand(key: string, change: Operation["change"], executionId: string): Operation {
  const step = "EXECUTION";
  return { key, change, unit: "", step, method: "execution", executionId, calledAt: 0, isLeaseGood: true };
}

/** What has really happened in the database, in this order. */
export type Deed =
  & { readonly at: number }
  & (
    | { readonly does: "append"; readonly entry: ChangeEntry }
    | { readonly does: "operation"; readonly operation: Operation }
    | {
      readonly does: "commit";
      readonly entries: readonly ChangeEntry[];
      readonly operations: readonly Operation[];
      /** The positions that were claimed and not filled. */
      readonly fences: readonly number[];
      /** The end of the log right before. */
      readonly end: number;
    }
  );
