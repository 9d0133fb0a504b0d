import type { FaultAtCalls } from "./faults.ts";
import { liveThrough } from "./lives.ts";
import { KvGround } from "./kv_ground.ts";
import { SCENARIOS } from "./scenario.ts";
import { virtualDate } from "./virtual_date.ts";
import { newTime, World } from "./world.ts";

/**
 * What is left when a process is gone before a call is what is left when the reply to the call before that is lost; what fails
 * for good is the same on every database.
 */
const FAULTS_OF_KV: readonly FaultAtCalls[] = [
  { kind: "crash, reply lost", lasts: "once" },
  { kind: "transient", lasts: "once" },
  { kind: "unknown, done", lasts: "once" },
];

for (const scenario of SCENARIOS) {
  Deno.test(`Every crash point on Deno KV: ${scenario.name}`, async (test) => {
    const time = newTime();
    using _ = virtualDate(time);
    using ground = await KvGround.make();
    await liveThrough(test, [new World(ground, scenario, time)], FAULTS_OF_KV);
  });
}
