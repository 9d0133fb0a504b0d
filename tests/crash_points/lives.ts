import { assert, assertEquals } from "@std/assert";
import { assertLeftSound, assertRecovers } from "./aftermath.ts";
import { assertEndsAsItMust } from "./expectations.ts";
import { describeFault, type Fault, type FaultAtCalls, FAULTS } from "./faults.ts";
import { prepareWorld, rehearse, type World } from "./world.ts";

/** The calls of an undisturbed life, which must end well. */
export async function recordCalls(world: World): Promise<readonly string[]> {
  const calls = await rehearse(world, async () => {
    const ending = await world.live(world.scenario.operation);
    assertEquals(ending.error, null, "an undisturbed life ends well");
    await assertLeftSound(world, ending);
    return ending.process.calls;
  });
  assert(calls.length > 0, "a life without calls proves nothing");
  return calls;
}

/**
 * Lives a scenario once for each call at which each fault may happen, a step for each fault, and gives the calls. Several
 * worlds share the lives between them.
 */
export async function liveThrough(
  test: Deno.TestContext,
  worlds: readonly [World, ...World[]],
  faults: readonly FaultAtCalls[] = FAULTS,
): Promise<readonly string[]> {
  const restores = await Promise.all(worlds.map(prepareWorld));
  const calls = await recordCalls(worlds[0]);
  for (const fault of faults) {
    const points = [...calls.entries()].filter(([_, call]) => fault.calls?.includes(call) ?? true);
    await test.step(`${points.length} lives, in each: ${describeFault(fault)}`, async () => {
      const open = points.values();
      await Promise.all(worlds.map(async (world, index) => {
        for (const [at, call] of open) {
          await restores[index]?.();
          await liveOnce(world, { ...fault, at: at + 1 }, call);
        }
      }));
    });
  }
  return calls;
}

async function liveOnce(world: World, fault: Fault, call: string): Promise<void> {
  const { scenario } = world;
  try {
    const ending = await world.live(scenario.operation, fault);
    assertEquals(ending.process.calls[fault.at - 1], call, "every life comes to the same call");
    await assertLeftSound(world, ending);
    assertEndsAsItMust(ending, fault, call, scenario);
    await assertRecovers(world);
  } catch (cause) {
    throw new Error(await world.tell(`${describeFault(fault)} at call ${fault.at}, ${call}`), { cause });
  }
}
