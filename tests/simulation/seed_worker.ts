import { MemoryDriver, Runner } from "../../mod.ts";
import type { Counts } from "./faults.ts";
import { digestImmediately } from "./immediate_digest.ts";
import { live } from "./live.ts";
import { REGRESSIONS } from "./regressions.ts";
import type { Mode } from "./scenario.ts";
import { WRONG } from "./wrong.ts";

/** Lives to be lived by a worker. */
export interface SeedTask {
  readonly mode: Mode;
  readonly from: number;
  readonly count: number;
  readonly isTraced?: boolean;
  /** The name of something wrong that is put in. */
  readonly wrong?: keyof typeof WRONG;
  /** The name of circumstances that are put in place of what the seed draws. */
  readonly regression?: string;
}

/** A life in which something was wrong, or that was to be traced. */
export interface SeedFinding {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly trace: readonly string[];
}

/** What became of the lives of a task. */
export interface SeedOutcome {
  readonly lives: number;
  readonly events: number;
  readonly findings: readonly SeedFinding[];
  readonly counts: Counts;
  /** The longest that it took to recover, as a part of what it may take. */
  readonly slowestRecovery: number;
}

/** Loads what a runner loads when it is needed for the first time: in virtual time nobody waits for the disk. */
async function loadAll(): Promise<void> {
  const migrations = [{ id: "load", order: "1", execution: () => {}, irreversible: "it does nothing" }];
  await new Runner({ driver: new MemoryDriver(), migrations }).migrate();
}

async function carryOut(task: SeedTask): Promise<SeedOutcome> {
  await loadAll();
  const findings: SeedFinding[] = [];
  const counts: Counts = new Map();
  let [events, slowestRecovery] = [0, 0];
  const { mode, from, count, isTraced = false } = task;
  const adapt = REGRESSIONS.find(({ name }) => name === task.regression)?.adapt;
  for (let seed = from; seed < from + count; seed++) {
    const options = { seed, mode, isTraced, ...(adapt && { adapt }), ...(task.wrong && WRONG[task.wrong]) };
    const { violation, trace, recovery, ...life } = await live(options);
    if (violation !== undefined || isTraced) findings.push({ seed, violation, trace });
    for (const [what, number] of life.counts) counts.set(what, (counts.get(what) ?? 0) + number);
    events += life.events;
    if (recovery !== undefined) slowestRecovery = Math.max(slowestRecovery, recovery.tookMs / recovery.boundMs);
  }
  return { lives: count, events, findings, counts, slowestRecovery };
}

// Only a worker has this class: in a process that does other things as well, the digest would be everybody's.
if ("WorkerGlobalScope" in globalThis) {
  digestImmediately();
  // The types are those of a program that starts workers.
  const scope = globalThis as unknown as Worker;
  scope.onmessage = async ({ data }: MessageEvent<SeedTask>) => scope.postMessage(await carryOut(data));
}
