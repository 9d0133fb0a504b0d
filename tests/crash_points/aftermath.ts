import { assert, assertEquals } from "@std/assert";
import { PlanError } from "../../mod.ts";
import { assertSound, assertTrue, statesOf } from "./invariants.ts";
import { LEASE_MS } from "./process.ts";
import type { PlainUnit, Scenario } from "./scenario.ts";
import { keysOf } from "./units.ts";
import { type Ending, type Standing, type World } from "./world.ts";

/** More restarts than this are never needed. */
const MOST_RESTARTS = 4;

/** Two looks at a lease that nobody renews, the wait for whoever was interrupted, and a slow change unit. */
const LONGEST_RESTART_MS = 4 * LEASE_MS;

/** Checks what an execution has left, and what it says of that. */
export async function assertLeftSound(world: World, ...endings: readonly Ending[]): Promise<Standing> {
  const standing = await world.look();
  assertSound(world.scenario, standing, world.journal);
  for (const ending of endings) assertTrue(ending, world.scenario, standing.entries);
  return standing;
}

/** A restart comes to the right end, if need be after a decision that is asked for; one more start does nothing. */
export async function assertRecovers(world: World): Promise<void> {
  for (let restarts = 1;; restarts++) {
    assert(restarts <= MOST_RESTARTS, "it comes to an end");
    const before = await world.look();
    const expected = expectedProblems(world.scenario, before);
    const since = world.time.now();
    const ending = await world.live(world.scenario.operation);
    assert(world.time.now() - since <= LONGEST_RESTART_MS, `a restart takes no longer than ${LONGEST_RESTART_MS} ms`);
    const after = await assertLeftSound(world, ending);
    assertEquals(problemsOf(ending), expected, "the restart asks for a decision where one is needed, and only there");
    if (ending.process.calls.includes("acquireLease")) await assertUnlocked(world);
    if (expected.length === 0 || expected.includes("REPAIR_IMPOSSIBLE")) break;
    assertEquals(told(after), told(before), "who asks for a decision has done nothing");
    await decide(world, after);
  }
  await assertFinal(world);
}

async function assertUnlocked({ ground }: World): Promise<void> {
  assertEquals(await ground.outside.readLease(), null, "who has held the lock has released it");
}

/** What stands, without what looking at it changes. */
function told({ entries, counters }: Standing) {
  return { entries: entries.length, counters: [...counters].toSorted() };
}

function problemsOf({ error }: Ending): string[] {
  if (error === null) return [];
  if (!(error instanceof PlanError)) throw error;
  return error.problems.map(({ code }) => code).toSorted();
}

function expectedProblems({ units, operation }: Scenario, { entries }: Standing): string[] {
  return units.flatMap((unit) => {
    const { execution, before } = statesOf(unit, entries);
    if (operation === "repair") return execution === "EXECUTED" ? ["REPAIR_IMPOSSIBLE"] : [];
    if (execution === "ROLLBACK_FAILED" || before === "ROLLBACK_FAILED") return ["CHANGE_ROLLBACK_FAILED"];
    const isInterrupted = execution === "STARTED" || before === "STARTED";
    return isInterrupted && (operation === "undo" || unit.irreversible) ? ["CHANGE_INTERRUPTED"] : [];
  }).toSorted();
}

/** Does what the remedies of the problems say. */
async function decide(world: World, { entries, counters }: Standing): Promise<void> {
  const { units, operation } = world.scenario;
  const states = units.map((unit) => ({ unit, ...statesOf(unit, entries) }));
  for (const { unit, execution, before } of states) {
    const isOpen = execution === "STARTED" && unit.irreversible;
    if (!isOpen && execution !== "ROLLBACK_FAILED" && before !== "ROLLBACK_FAILED") continue;
    const isComplete = keysOf(unit).execution.every((key) => counters.get(key) === 1);
    if (!isComplete || !unit.irreversible) await cleanUp(world, unit);
    await world.repair(unit.id, isComplete && unit.irreversible ? "executed" : "rolled back");
    return;
  }
  if (operation === "undo") assertEquals((await world.live("migrate")).error, null);
}

async function cleanUp(world: World, unit: PlainUnit): Promise<void> {
  const { execution, before } = keysOf(unit);
  for (const key of [...execution, ...before]) await world.ground.put(key, 0);
  for (const method of ["rollback", "rollback of before"] as const) {
    world.journal.push({ unit: unit.id, method, point: "end" });
  }
}

/** Everything is as it should be, and one more start does only what repeats. */
async function assertFinal(world: World): Promise<void> {
  const { scenario: { units, operation, recordRepeats } } = world;
  const standing = await assertLeftSound(world);
  for (const unit of units) {
    const { execution, before } = statesOf(unit, standing.entries);
    assert((execution === "EXECUTED") === (operation !== "undo"), `${unit.id} ends as ${execution}`);
    assert(
      operation !== "undo" || before !== "EXECUTED",
      `nothing of ${unit.id} is left: its before step is ${before}`,
    );
  }
  if (operation === "undo") assert([...standing.counters.values()].every((count) => count === 0), "nothing is left");
  const ending = await world.live(operation);
  const after = await assertLeftSound(world, ending);
  assertEquals(problemsOf(ending), operation === "repair" ? ["REPAIR_IMPOSSIBLE"] : []);
  const repeats = units.filter(({ runAlways }) => runAlways).length;
  const added = recordRepeats === false || repeats === 0 ? 0 : 1 + repeats;
  assertEquals(after.entries.length - standing.entries.length, added, "only what repeats is recorded again");
  if (repeats > 0) return;
  assertEquals(ending.process.calls, ["readHistory"], "nothing to do costs one read");
  assertEquals(told(after), told(standing));
}
