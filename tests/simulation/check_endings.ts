import { type ExecutionReport, LockLostError, MigrationError, type Step } from "../../mod.ts";
import { ViolationError } from "./checker.ts";
import type { Deed } from "./deeds.ts";
import type { Scenario } from "./scenario.ts";

/** How an operation of a process ended. */
export interface Ending {
  readonly process: string;
  readonly program: string;
  readonly at: number;
  /** What it has done, if it got that far. */
  readonly report: ExecutionReport | undefined;
  /** What it threw, or undefined. */
  readonly error: unknown;
}

const STATES = { MIGRATE: "EXECUTED", UNDO: "ROLLED_BACK" } as const;

/**
 * Compares what processes say they have done with what has happened.
 *
 * @throws {ViolationError} when one of them claims what is not so.
 */
export function checkEndings(endings: readonly Ending[], deeds: readonly Deed[], scenario: Scenario): void {
  for (const ending of endings) {
    const { process, program, report, error } = ending;
    if (error !== undefined && !(error instanceof MigrationError)) {
      throw new ViolationError(`${process} (${program}) ends with what is no error of Denock: ${describe(error)}`);
    }
    if (error instanceof LockLostError && error.message.includes("a newer execution has begun")) {
      checkIsSuperseded(ending, deeds);
    }
    if (report === undefined) continue;
    checkReport(report, deeds);
    if (error === undefined && report.failed.length === 0 && program === "migrate") {
      checkIsComplete(ending, deeds, scenario);
    }
  }
}

function checkReport({ operation, executed, failed, executionId }: ExecutionReport, deeds: readonly Deed[]): void {
  const states = new Map<string, string[]>();
  const repeated = new Set<string>();
  for (const deed of deeds) {
    if (deed.does === "operation") continue;
    for (const entry of deed.does === "append" ? [deed.entry] : deed.entries) {
      if (entry.executionId !== executionId || entry.changeId === null) continue;
      states.set(entry.changeId, [...states.get(entry.changeId) ?? [], entry.state]);
    }
    if (deed.does !== "commit" || deed.fences.length === 0) continue;
    for (const change of deed.operations) if (change.executionId === executionId) repeated.add(change.unit);
  }
  for (const { id } of executed) {
    const recorded = states.get(id) ?? [];
    const isSo = operation === "REPAIR"
      ? recorded.length > 0
      : repeated.has(id) || recorded.includes(STATES[operation as keyof typeof STATES]);
    if (!isSo) throw new ViolationError(`G5: ${executionId} reports ${id} as done, and it is not recorded`);
  }
  for (const { id, state } of failed) {
    // What is open may have been left open by another one.
    if (state === "EXECUTED" || state === "STARTED" || states.get(id)?.includes(state)) continue;
    throw new ViolationError(`G5: ${executionId} reports ${id} as ${state}, and that is not recorded`);
  }
}

/** Who says that a newer execution has begun is not the last one in the log. */
function checkIsSuperseded({ process, error }: Ending, deeds: readonly Deed[]): void {
  const writers = deeds.flatMap((deed) =>
    deed.does === "append" ? [deed.entry] : deed.does === "commit" ? deed.entries : []
  ).map(({ executionId }) => executionId);
  // An id of an execution begins with the name of its process.
  const last = writers.findLastIndex((executionId) => executionId.startsWith(`${process}-`));
  if (last === writers.length - 1) throw new ViolationError(`${process} ends without a reason: ${describe(error)}`);
}

/** Where nobody undoes anything, a migration that ends well has found or made everything executed. */
function checkIsComplete({ process, at }: Ending, deeds: readonly Deed[], { programs, units }: Scenario): void {
  if (programs.some((program) => program !== "migrate")) return;
  const executed = new Set<string>();
  const step: Step = "EXECUTION";
  for (const deed of deeds) {
    if (deed.at > at || deed.does === "operation") continue;
    for (const entry of deed.does === "append" ? [deed.entry] : deed.entries) {
      if (entry.type === step && entry.state === "EXECUTED" && entry.changeId !== null) executed.add(entry.changeId);
    }
  }
  const missing = units.filter(({ id }) => !executed.has(id)).map(({ id }) => id);
  if (missing.length > 0) {
    throw new ViolationError(`G5: ${process} says that all is well, and ${missing} is not executed`);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
