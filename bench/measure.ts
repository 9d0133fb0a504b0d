import { fromFileUrl } from "@std/path";
import type { WorkReport, WorkRequest } from "./worker.ts";

const WORKER = fromFileUrl(new URL("./worker.ts", import.meta.url));
const SETTINGS = fromFileUrl(new URL("../deno.json", import.meta.url));

/** What one process took. */
export interface Sample extends WorkReport {
  /** From its start to its end, as its parent saw it, in milliseconds. */
  readonly processMs: number;
}

/** Something that is measured again and again. */
export interface Scenario {
  /** What it is called, once in a benchmark. */
  readonly name: string;
  /** Does it once, in a process of its own; what comes before and after does not count. */
  readonly measure: () => Promise<Sample>;
}

/** All samples of a scenario. */
export interface Measured {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** Runs one worker. */
export async function runWorker(request: WorkRequest): Promise<Sample> {
  const startedAt = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", SETTINGS, WORKER, JSON.stringify(request)],
    env: { NO_COLOR: "1" },
  }).output();
  const processMs = performance.now() - startedAt;
  if (!success) throw new Error(`A worker has failed: ${new TextDecoder().decode(stderr)}`);
  return { ...JSON.parse(new TextDecoder().decode(stdout)), processMs };
}

/** Measures scenarios in turn, each time beginning with another one, so that none always follows the same. */
export async function measureInTurn(
  scenarios: readonly Scenario[],
  repetitions: number,
  say: (line: string) => void,
): Promise<Measured[]> {
  const samples = new Map(scenarios.map(({ name }): [string, Sample[]] => [name, []]));
  let done = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const first = repetition % scenarios.length;
    for (const { name, measure } of [...scenarios.slice(first), ...scenarios.slice(0, first)]) {
      const sample = await measure();
      samples.get(name)?.push(sample);
      say(`${++done} of ${repetitions * scenarios.length}: ${name}: ${sample.workMs.toFixed(0)} ms`);
    }
  }
  return Array.from(samples, ([name, samples]) => ({ name, samples }));
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
