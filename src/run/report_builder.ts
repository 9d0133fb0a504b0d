import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { ExecutedChange, ExecutionReport, FailedChange } from "../report.ts";
import { referenceTo } from "./execution_scope.ts";

/** Collects what an execution does. */
export class ReportBuilder {
  /** The id of the execution, once it has begun. */
  executionId: string | null = null;
  readonly #executed: ExecutedChange[] = [];
  readonly #failed: FailedChange[] = [];
  #plan: Plan;

  /** Starts with a plan of which nothing has been done. */
  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Puts a newer plan in place. */
  replan(plan: Plan): void {
    this.#plan = plan;
  }

  /** Adds a change unit that was executed. */
  addExecuted(change: ExecutedChange): void {
    this.#executed.push(change);
  }

  /** Adds a change unit that failed. */
  addFailed(change: FailedChange): void {
    this.#failed.push(change);
  }

  /** The report so far. Every change unit that was to run is executed, failed or pending. */
  build(): ExecutionReport {
    const done = this.#executed.length + this.#failed.length;
    const { changes, steps, problems } = this.#plan;
    return {
      executionId: this.executionId,
      executed: [...this.#executed],
      failed: [...this.#failed],
      skipped: changes.filter((change) => change.decision === "skip").map(skipped),
      pending: steps.slice(done).map(({ unit }) => referenceTo(unit)),
      warnings: problems.filter(({ severity }) => severity === "warning"),
    };
  }
}

function skipped(change: PlannedChange) {
  return { ...referenceTo(change), reason: change.reason };
}
