import { MemoryGround } from "./memory_ground.ts";
import { crashAtEachPair, stopAtEachPair } from "./pairs.ts";
import { SCENARIOS } from "./scenario.ts";
import { virtualDate } from "./virtual_date.ts";
import { newTime, World } from "./world.ts";

/** What the larger scenarios add is in the smaller ones, and they have many more pairs. */
const LARGE = [
  "migrate, of both kinds",
  "migrate, strategy none",
  "migrate, after an interruption of a before step",
  "undo, transactional, strategy run",
];
/** Where two that are gone one after the other leave nothing that one of them would not. */
const OF_ONE_KIND = [
  "migrate, runAlways",
  "migrate, strategy run",
  "migrate, without transactions",
  "undo, transactional",
  "undo, transactional, strategy run, with a before step",
];

for (const scenario of SCENARIOS.filter(({ name }) => !LARGE.includes(name))) {
  Deno.test(`Two processes, stopped at every pair of calls: ${scenario.name}`, async (test) => {
    const time = newTime();
    using _ = virtualDate(time);
    const pairs = await stopAtEachPair(new World(new MemoryGround(), scenario, time));
    await test.step(`${pairs} pairs`, () => {});
  });
  if (OF_ONE_KIND.includes(scenario.name)) continue;
  Deno.test(`Two processes, gone at every pair of calls: ${scenario.name}`, async (test) => {
    const time = newTime();
    using _ = virtualDate(time);
    const pairs = await crashAtEachPair(new World(new MemoryGround(), scenario, time), "crash, reply lost");
    await test.step(`${pairs} pairs`, () => {});
  });
}
