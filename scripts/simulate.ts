/**
 * Lives many simulated lives of runners on a database on which everything goes wrong, and shows what was found:
 * `deno task simulate --seeds 20000`. One life alone is shown event by event: `deno task simulate --seed 42`.
 *
 * @module
 */

import { Command, InvalidArgumentError, Option } from "commander";
import { EVENTS, FAULTS } from "../tests/simulation/faults.ts";
import { replayOf } from "../tests/simulation/replay.ts";
import { runSeeds } from "../tests/simulation/run_seeds.ts";
import type { Mode } from "../tests/simulation/scenario.ts";
import type { SeedOutcome } from "../tests/simulation/seed_worker.ts";

interface Wanted {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly mode?: Mode;
  readonly workers: number;
}

/** Failures behind these are only counted. */
const MOST_SHOWN = 20;
const PROGRESS_EVERY_MS = 1_000;

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError(`It is no whole number: ${text}`);
  return count;
}

function readOptions(): Wanted {
  return new Command("deno task simulate")
    .description("Runs the runner in simulated lives, each out of a seed, and checks what it guarantees.")
    .option("--seeds <number>", "how many lives", readCount, 2_000)
    .option("--from <seed>", "the first seed", readCount, 1)
    .option("--seed <seed>", "one life alone, with its trace", readCount)
    .addOption(new Option("--mode <mode>", "faults all the time, or until some moment; both when left out")
      .choices(["safety", "liveness"]))
    .option("--workers <number>", "how many threads", readCount, navigator.hardwareConcurrency)
    .parse(Deno.args, { from: "user" })
    .opts<Wanted>();
}

/** Rewrites one line where somebody watches, and stays silent where nobody does. */
function makeProgress(mode: Mode, total: number): (lives: number) => void {
  const startedAt = performance.now();
  let shownAt = startedAt;
  return (lives) => {
    const now = performance.now();
    if (!Deno.stderr.isTerminal() || (now - shownAt < PROGRESS_EVERY_MS && lives < total)) return;
    shownAt = now;
    const perSecond = Math.round(lives / (now - startedAt) * 1_000);
    const end = lives < total ? "" : "\n";
    Deno.stderr.writeSync(new TextEncoder().encode(`\r${mode}: ${lives} of ${total}, ${perSecond} a second   ${end}`));
  };
}

async function liveMany(mode: Mode, { seeds, from, workers }: Wanted): Promise<SeedOutcome> {
  return await runSeeds({
    mode,
    from,
    count: seeds,
    workers: Math.max(1, workers),
    onProgress: makeProgress(mode, seeds),
  });
}

function summarize(mode: Mode, { lives, events, findings, counts, slowestRecovery }: SeedOutcome): void {
  console.log(`${mode}: ${lives} lives, ${events} events, ${findings.length} failures`);
  for (const what of [...FAULTS, ...EVENTS]) console.log(`  ${String(counts.get(what) ?? 0).padStart(8)}  ${what}`);
  if (mode === "liveness") {
    console.log(`  the slowest recovery took ${Math.round(slowestRecovery * 100)} % of what it may take`);
  }
  for (const { seed, violation } of findings.slice(0, MOST_SHOWN)) {
    console.log(`seed ${seed}: ${violation}\n  ${replayOf({ seed, mode })}`);
  }
  if (findings.length > MOST_SHOWN) console.log(`and ${findings.length - MOST_SHOWN} more`);
}

async function showOne(mode: Mode, seed: number): Promise<boolean> {
  const { findings: [finding] } = await runSeeds({ mode, from: seed, count: 1, isTraced: true });
  for (const line of finding?.trace ?? []) console.log(line);
  console.log(`${mode}, seed ${seed}: ${finding?.violation ?? "nothing is broken"}`);
  return finding?.violation === undefined;
}

async function simulate(wanted: Wanted): Promise<boolean> {
  let isGood = true;
  const modes: readonly Mode[] = wanted.mode === undefined ? ["safety", "liveness"] : [wanted.mode];
  for (const mode of modes) {
    if (wanted.seed !== undefined) {
      isGood = await showOne(mode, wanted.seed) && isGood;
      continue;
    }
    const outcome = await liveMany(mode, wanted);
    summarize(mode, outcome);
    isGood &&= outcome.findings.length === 0;
  }
  return isGood;
}

Deno.exit(await simulate(readOptions()) ? 0 : 1);
