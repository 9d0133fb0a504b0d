import { assert, assertEquals } from "@std/assert";
import { EVENTS, FAULTS } from "./faults.ts";
import { REGRESSIONS } from "./regressions.ts";
import { replayOf } from "./replay.ts";
import { runSeeds } from "./run_seeds.ts";
import type { Mode } from "./scenario.ts";
import type { SeedFinding, SeedTask } from "./seed_worker.ts";
import { WRONG } from "./wrong.ts";

const LIVES: Readonly<Record<Mode, number>> = { safety: 12_000, liveness: 8_000 };
/** Within so many lives the simulation finds what is wrong on purpose. */
const MOST_LIVES = 1_000;
const FEW_LIVES = 100;

function told(findings: readonly SeedFinding[], mode: Mode): string[] {
  return findings.map(({ seed, violation }) => `${violation}; to see it: ${replayOf({ seed, mode })}`);
}

const happened = new Set<string>();

for (const mode of ["safety", "liveness"] as const) {
  Deno.test(`Nothing is broken in ${LIVES[mode]} simulated lives in ${mode} mode`, async () => {
    const { lives, findings, counts } = await runSeeds({ mode, from: 1, count: LIVES[mode] });
    for (const what of counts.keys()) happened.add(what);
    assertEquals(told(findings, mode), []);
    assertEquals(lives, LIVES[mode]);
  });
}

Deno.test("Every kind of fault has struck in the simulated lives, and everything that may come of it has happened", () => {
  assertEquals([...FAULTS, ...EVENTS].filter((what) => !happened.has(what)), []);
});

for (const { name, mode, seeds } of REGRESSIONS) {
  Deno.test(`Nothing is broken in simulated lives in which ${name}`, async () => {
    const { findings } = await runSeeds({ ...seeds, mode, regression: name });
    assertEquals(told(findings, mode), []);
  });
}

for (const wrong of Object.keys(WRONG) as (keyof typeof WRONG)[]) {
  Deno.test(`The simulation finds out when ${wrong}`, async () => {
    for (let from = 1; from <= MOST_LIVES; from += FEW_LIVES) {
      const { findings } = await runSeeds({ mode: "safety", from, count: FEW_LIVES, wrong });
      if (findings.length > 0) return;
    }
    assert(false, `nothing was found in ${MOST_LIVES} lives`);
  });
}

Deno.test("The same seed gives the same life, event by event", async () => {
  const tracesOf = async (task: Pick<SeedTask, "mode" | "from">) => {
    const { findings } = await runSeeds({ ...task, count: 15, isTraced: true, workers: 1 });
    return findings.map(({ trace }) => trace.join("\n"));
  };
  for (const mode of ["safety", "liveness"] as const) {
    const [first, second, others] = [
      await tracesOf({ mode, from: 1 }),
      await tracesOf({ mode, from: 1 }),
      await tracesOf({ mode, from: 101 }),
    ];
    assertEquals(first, second);
    assertEquals(new Set([...first, ...others]).size, 30);
  }
});
