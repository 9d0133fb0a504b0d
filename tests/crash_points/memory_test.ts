import { assertEquals } from "@std/assert";
import { liveThrough } from "./lives.ts";
import { MemoryGround } from "./memory_ground.ts";
import { SCENARIOS } from "./scenario.ts";
import { virtualDate } from "./virtual_date.ts";
import { newTime, World } from "./world.ts";

const seen = new Set<string>();

for (const scenario of SCENARIOS) {
  Deno.test(`Every crash point in memory: ${scenario.name}`, async (test) => {
    const time = newTime();
    using _ = virtualDate(time);
    const calls = await liveThrough(test, [new World(new MemoryGround(), scenario, time)]);
    for (const call of calls) seen.add(call.replace(/:.*/, ""));
  });
}

Deno.test("Every kind of call is among the crash points", () => {
  assertEquals([...seen].toSorted(), [
    "acquireLease",
    "append",
    "append inside",
    "begin",
    "commit",
    "fence",
    "prepare",
    "readHistory",
    "releaseLease",
    "renewLease",
    "use",
  ]);
});
