import { assert, assertEquals } from "@std/assert";
import { assertLeftSound, assertRecovers } from "./aftermath.ts";
import type { FaultKind } from "./faults.ts";
import { recordCalls } from "./lives.ts";
import { type Ending, prepareWorld, type Started, type World } from "./world.ts";

/** No process comes to more calls than this while another one is stopped. */
const MOST_CALLS = 200;

/** One process is stopped at its call i, another one runs to its call j; then the first goes on, then the second. */
export async function stopAtEachPair(world: World): Promise<number> {
  return await forEachPair(world, async (first, second) => {
    const one = world.start(world.scenario.operation, { stopAt: first });
    await untilStopped(world, one);
    const other = world.start(world.scenario.operation, { stopAt: second });
    const isReached = await untilStopped(world, other);
    const endings = [await goOnBeside(world, one), await goOn(world, other)];
    await assertLeftSound(world, ...endings);
    return isReached;
  });
}

/** One process is gone at its call i, and its successor at its call j. */
export async function crashAtEachPair(world: World, kind: FaultKind): Promise<number> {
  return await forEachPair(world, async (first, second) => {
    const { operation } = world.scenario;
    await world.live(operation, { kind, at: first, lasts: "once" });
    await assertLeftSound(world);
    const { process } = await world.live(operation, { kind, at: second, lasts: "once" });
    await assertLeftSound(world);
    return process.calls.length >= second;
  });
}

/** Gives the number of pairs. A second process has as many calls as the first one has left it. */
async function forEachPair(
  world: World,
  live: (first: number, second: number) => Promise<boolean>,
): Promise<number> {
  const restore = await prepareWorld(world);
  const calls = await recordCalls(world);
  let pairs = 0;
  for (let first = 1; first <= calls.length; first++) {
    for (let second = 1, isReached = true; isReached; second++) {
      assert(second <= MOST_CALLS, "the second process comes to its end");
      await restore();
      try {
        isReached = await live(first, second);
        await assertRecovers(world);
      } catch (cause) {
        throw new Error(await world.tell(`calls ${first} (${calls[first - 1]}) and ${second}`), { cause });
      }
      pairs++;
    }
  }
  assert(pairs >= calls.length, "every call of the first process has a pair");
  return pairs;
}

async function goOn(world: World, { process, ended }: Started): Promise<Ending> {
  process.resume();
  return await world.pass(ended);
}

/** A process that goes on while somebody else has the lease leaves that as it is, unless it gets the lease itself. */
async function goOnBeside(world: World, started: Started): Promise<Ending> {
  const { calls, executionIds } = started.process;
  const count = calls.length;
  const held = await world.ground.outside.readLease();
  const ending = await goOn(world, started);
  const isOther = held !== null && !executionIds.includes(held.owner);
  if (isOther && !calls.slice(count - 1).includes("acquireLease")) {
    assertEquals((await world.ground.outside.readLease())?.owner, held.owner, "the lease of somebody else stays");
  }
  return ending;
}

async function untilStopped(world: World, { process, ended }: Started): Promise<boolean> {
  return await world.pass(Promise.race([process.stopped.then(() => true), ended.then(() => false)]));
}
