import type { Counts } from "./faults.ts";
import type { SeedOutcome, SeedTask } from "./seed_worker.ts";

/** How to live many lives. */
export interface SeedRun extends SeedTask {
  /** How many workers share them. */
  readonly workers?: number;
  /** Hears how many lives have been lived. */
  readonly onProgress?: (lives: number) => void;
}

/** Few enough that no worker is left with the last ones, and enough to keep it busy. */
const CHUNK = 50;

/** Lives the lives of many seeds, on all cores. */
export async function runSeeds({ workers, onProgress, ...task }: SeedRun): Promise<SeedOutcome> {
  const tasks: SeedTask[] = [];
  for (let done = 0; done < task.count; done += CHUNK) {
    tasks.push({ ...task, from: task.from + done, count: Math.min(CHUNK, task.count - done) });
  }
  let total: SeedOutcome = { lives: 0, events: 0, findings: [], counts: new Map(), slowestRecovery: 0 };
  const count = Math.min(workers ?? navigator.hardwareConcurrency, tasks.length);
  await Promise.all(Array.from({ length: count }, async () => {
    await using worker = new SeedWorker();
    for (let next = tasks.shift(); next !== undefined; next = tasks.shift()) {
      const outcome = await worker.carryOut(next);
      total = add(total, outcome);
      onProgress?.(total.lives);
    }
  }));
  const findings = total.findings.toSorted((left, right) => left.seed - right.seed);
  return { ...total, findings };
}

/** A thread of its own, where time is virtual and digests are immediate. */
class SeedWorker implements AsyncDisposable {
  readonly #worker = new Worker(new URL("./seed_worker.ts", import.meta.url), { type: "module" });

  async carryOut(task: SeedTask): Promise<SeedOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<SeedOutcome>();
    this.#worker.onmessage = ({ data }) => resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`A worker of the simulation broke at seed ${task.from} or behind: ${event.message}`));
    };
    this.#worker.postMessage(task);
    return await promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
    return Promise.resolve();
  }
}

function add(left: SeedOutcome, right: SeedOutcome): SeedOutcome {
  const counts: Counts = new Map(left.counts);
  for (const [what, number] of right.counts) counts.set(what, (counts.get(what) ?? 0) + number);
  return {
    lives: left.lives + right.lives,
    events: left.events + right.events,
    findings: [...left.findings, ...right.findings],
    counts,
    slowestRecovery: Math.max(left.slowestRecovery, right.slowestRecovery),
  };
}
