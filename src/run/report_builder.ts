import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { ChangeReference, ExecutedChange, ExecutionReport, FailedChange, Operation, Problem } from "../report.ts";
import { referenceTo } from "./execution_scope.ts";

/** Collects what an execution does. */
export class ReportBuilder {
  /** The id of the execution, once it has begun. */
  executionId: string | null = null;
  readonly #operation: Operation;
  readonly #executed: ExecutedChange[] = [];
  readonly #failed: FailedChange[] = [];
  readonly #warnings: Problem[] = [];
  #plan: Plan<{ readonly unit: ChangeReference }>;

  /** Starts with a plan of which nothing has been done. */
  constructor(operation: Operation, plan: Plan<{ readonly unit: ChangeReference }>) {
    this.#operation = operation;
    this.#plan = plan;
  }

  /** Puts a newer plan in place. */
  replan(plan: Plan<{ readonly unit: ChangeReference }>): void {
    this.#plan = plan;
  }

  /** Adds a change unit with which all went well. */
  addExecuted(change: ExecutedChange): void {
    this.#executed.push(change);
  }

  /** Adds a change unit that failed. */
  addFailed(change: FailedChange): void {
    this.#failed.push(change);
  }

  /** Adds a warning that the plan could not know of; one of a kind is enough. */
  addWarning(warning: Problem): void {
    if (this.#warnings.every(({ code }) => code !== warning.code)) this.#warnings.push(warning);
  }

  /** The report so far. Everything that was to be done is executed, failed or pending. */
  build(): ExecutionReport {
    const { changes, steps, problems } = this.#plan;
    const settled = new Set([...this.#executed, ...this.#failed].map(keyOf));
    const later = changes.filter((change) => change.decision === "later");
    return {
      operation: this.#operation,
      executionId: this.executionId,
      executed: [...this.#executed],
      failed: [...this.#failed],
      skipped: changes.filter((change) => change.decision === "skip").map(skipped),
      done: changes.filter((change) => change.decision === "done").length,
      pending: [...steps.map(({ unit }) => unit).filter((unit) => !settled.has(keyOf(unit))), ...later].map(
        referenceTo,
      ),
      warnings: [...problems.filter(({ severity }) => severity === "warning"), ...this.#warnings],
    };
  }
}

function keyOf({ id, author }: ChangeReference): string {
  return JSON.stringify([id, author]);
}

function skipped(change: PlannedChange) {
  return { ...referenceTo(change), reason: change.reason };
}
