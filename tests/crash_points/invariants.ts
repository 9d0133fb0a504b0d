import { assert, assertEquals } from "@std/assert";
import type { ExecutionReport } from "../../mod.ts";
import type { ChangeEntry, ChangeState } from "../../src/history/change_entry.ts";
import type { Counters } from "./ground.ts";
import type { PlainUnit, Scenario } from "./scenario.ts";
import { type Journal, keysOf } from "./units.ts";
import type { Ending, Standing } from "./world.ts";

/** What the history says of a change unit. */
export interface States {
  readonly execution: ChangeState | null;
  readonly before: ChangeState | null;
  /** How often it was executed. */
  readonly times: number;
}

/** The last states of a change unit. */
export function statesOf({ id }: PlainUnit, entries: readonly ChangeEntry[]): States {
  const own = entries.filter(({ changeId }) => changeId === id);
  const last = (type: string) => own.findLast((entry) => entry.type === type)?.state ?? null;
  const times = own.filter(({ type, state }) => type === "EXECUTION" && state === "EXECUTED").length;
  return { execution: last("EXECUTION"), before: last("BEFORE_EXECUTION"), times };
}

/** Everything that holds at every moment, whatever has gone wrong. */
export function assertSound(scenario: Scenario, standing: Standing, journal: Journal): void {
  const { entries } = standing;
  if (scenario.recordRepeats !== false) assertEachBegan(entries);
  for (const unit of scenario.units) {
    assertEffects(scenario, unit, standing);
    if (!isInTransaction(scenario, unit)) assertNeverTwiceInSilence(unit, journal);
  }
}

/** No execution records anything before it has fenced off the older ones. */
function assertEachBegan(entries: readonly ChangeEntry[]): void {
  for (const [index, { type, executionId, seq }] of entries.entries()) {
    if (type === "RUN") continue;
    const began = entries.slice(0, index).findLast((entry) => entry.type === "RUN");
    assertEquals(executionId, began?.executionId, `entry ${seq} is of the execution that began last`);
  }
}

function isInTransaction({ strategy }: Scenario, { transactional }: PlainUnit): boolean {
  return transactional && strategy !== "none";
}

/** What stands in the database is what stands in the history. */
function assertEffects(scenario: Scenario, unit: PlainUnit, { entries, counters }: Standing): void {
  const { execution, before, times } = statesOf(unit, entries);
  const keys = keysOf(unit);
  const told = `${unit.id}: ${before} ${execution}, ${JSON.stringify([...counters])}`;
  const execute = valuesOf(counters, keys.execution);
  const first = execute[0] ?? 0;
  if (scenario.operation === "baseline") {
    assert([...counters.values()].every((count) => count === 0), `a baseline runs nothing: ${told}`);
  } else if (!isInTransaction(scenario, unit)) {
    assertStep(execution, execute, told);
  } else if (scenario.recordRepeats === false) {
    assert(execute.every((count) => count === first) && first >= times, `all or nothing: ${told}`);
  } else {
    const expected = unit.runAlways ? times : execution === "EXECUTED" ? 1 : 0;
    assert(execute.every((count) => count === expected), `exactly what is recorded: ${told}`);
  }
  if (scenario.operation !== "baseline") assertStep(before, valuesOf(counters, keys.before), told);
}

/** A step without a transaction: between its beginning and its end anything may stand, but nothing twice. */
function assertStep(state: ChangeState | null, counts: readonly number[], told: string): void {
  if (state === "STARTED" || state === "ROLLBACK_FAILED") {
    assert(counts.every((count) => count <= 1), `nothing stands twice: ${told}`);
    return;
  }
  const expected = state === "EXECUTED" ? 1 : 0;
  assert(counts.every((count) => count === expected), `exactly what is recorded: ${told}`);
}

function valuesOf(counters: Counters, keys: readonly string[]): number[] {
  return keys.map((key) => counters.get(key) ?? 0);
}

/** Whatever was begun is rolled back before it is begun again. */
function assertNeverTwiceInSilence({ id }: PlainUnit, journal: Journal): void {
  const steps = [["execution", "rollback"], ["before", "rollback of before"]] as const;
  for (const [step, rollback] of steps) {
    let isOpen = false;
    for (const { unit, method, point } of journal) {
      if (unit !== id) continue;
      if (method === rollback && point === "end") isOpen = false;
      if (method !== step || point !== "begin") continue;
      assert(!isOpen, `the ${step} of ${id} ran twice without a rollback`);
      isOpen = true;
    }
  }
}

/** What an execution says of itself is what the history says of it. */
export function assertTrue(
  { process, report, error }: Ending,
  scenario: Scenario,
  entries: readonly ChangeEntry[],
): void {
  if (report === null || report.executionId === null) {
    assertEquals([report?.executed ?? [], report?.failed ?? []], [[], []], "nothing is claimed");
    return;
  }
  const own = entries.filter(({ executionId }) => executionId === report.executionId);
  const isRecorded = (id: string, states: readonly ChangeState[]) =>
    own.some(({ changeId, state }) => changeId === id && states.includes(state));
  const done: ChangeState = scenario.operation === "undo" && report.operation === "UNDO" ? "ROLLED_BACK" : "EXECUTED";
  if (scenario.recordRepeats !== false) {
    for (const { id } of report.executed) assert(isRecorded(id, [done]), `${id} is claimed and recorded`);
    for (const { id, state } of report.failed) {
      // One that could not be recovered is as it was begun, by whomever.
      const isBegun = state === "STARTED" && entries.some(({ changeId }) => changeId === id);
      assert(isBegun || isRecorded(id, [state]), `${id} failed and recorded: ${state}`);
    }
  }
  if (error === null) {
    assertEquals([report.failed, report.pending], [[], []], "who ends well has done everything");
    return;
  }
  // What could not be written to the history may be there all the same.
  const isInDoubt = error.code === "HISTORY_NOT_WRITTEN" && process.isInDoubt;
  if (!isInDoubt) assertNothingForgotten(report, own, done, scenario);
}

function assertNothingForgotten(
  report: ExecutionReport,
  own: readonly ChangeEntry[],
  done: ChangeState,
  scenario: Scenario,
): void {
  const told = new Set([...report.executed, ...report.failed].map(({ id }) => id));
  const pending = new Set(report.pending.map(({ id }) => id));
  for (const unit of scenario.units) {
    const { execution, before } = statesOf(unit, own);
    // What is undone up to its before step is not undone yet: it is still to be done.
    const isHalf = done === "ROLLED_BACK" && unit.hasBefore && before !== "ROLLED_BACK";
    const isTold = told.has(unit.id) || (isHalf && pending.has(unit.id));
    if (execution === done) assert(isTold, `${unit.id} is recorded as ${done} and reported`);
  }
}
