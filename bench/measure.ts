import type { Sample } from "./run_program.ts";
import type { DatabaseKind } from "./databases.ts";

/** What went wrong where several processes were at work at once. */
export interface Damage {
  /** How many changes took effect more than once, and how many not at all. */
  readonly doubled: number;
  readonly lost: number;
  /** How many processes failed. */
  readonly failed: number;
}

/** One measurement; where several processes were at work at once, the time until the last of them ended. */
export type Measurement = Sample & {
  readonly damage?: Damage;
  readonly commands?: number;
  readonly replyBytes?: number;
};

/** What was measured: a row of a table. */
export interface Key {
  readonly scenario: string;
  readonly database: DatabaseKind;
  readonly subject: string;
  /** How many changes there were. */
  readonly count: number;
  /** How many processes were at work at once. */
  readonly processes?: number;
  /** How long each request to the server was held back; undefined where there was no proxy. */
  readonly latencyMs?: number;
}

/** Something that is measured again and again. */
export interface Case extends Key {
  /** How often, where that is less than the usual. */
  readonly atMost?: number;
  /** Does it once, in processes of its own; what comes before and after does not count. */
  readonly measure: () => Promise<Measurement>;
}

/** A case with all its measurements. */
export interface Measured extends Key {
  readonly samples: readonly Measurement[];
}

/** Measures cases in turn, each time beginning with another one, so that none always follows the same. */
export async function measureInTurn(
  cases: readonly Case[],
  options: { readonly repetitions: number; readonly onMeasured: (key: Key, measurement: Measurement) => void },
): Promise<Measured[]> {
  const samples = new Map(cases.map((each): [Case, Measurement[]] => [each, []]));
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    const first = repetition % cases.length;
    for (const each of [...cases.slice(first), ...cases.slice(0, first)]) {
      if (repetition >= (each.atMost ?? Infinity)) continue;
      const measurement = await each.measure();
      samples.get(each)?.push(measurement);
      options.onMeasured(each, measurement);
    }
  }
  return Array.from(samples, ([{ measure: _, atMost: __, ...key }, samples]) => ({ ...key, samples }));
}

/** How many measurements that will be. */
export function numberOfMeasurements(cases: readonly Case[], repetitions: number): number {
  return cases.reduce((sum, { atMost = Infinity }) => sum + Math.min(repetitions, atMost), 0);
}

/** The value below which a part of all values lies, between its neighbours. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const position = (sorted.length - 1) * part;
  const [low = NaN, high = NaN] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return low + (high - low) * (position - Math.floor(position));
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
