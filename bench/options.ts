import { parseArgs } from "node:util";
import type { DatabaseKind } from "./databases.ts";
import type { Scale, Scenario } from "./scenario.ts";
import { apply, applyFarAway } from "./scenarios/apply.ts";
import { contention } from "./scenarios/contention.ts";
import { handOverAfterKill } from "./scenarios/hand_over.ts";
import { noOp, noOpFarAway } from "./scenarios/no_op.ts";
import { plan } from "./scenarios/plan.ts";
import { starts } from "./scenarios/starts.ts";
import { traffic } from "./scenarios/traffic.ts";

/** What a benchmark is to do. */
export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly databases: readonly DatabaseKind[];
  readonly subjects: readonly string[] | undefined;
  readonly scale: Scale;
  /** Whether the results go into `docs`. */
  readonly write: boolean;
  /** Results of an earlier run to render instead of measuring. */
  readonly from: string | undefined;
}

const SCENARIOS: readonly Scenario[] = [
  ...[noOp, noOpFarAway, traffic, plan, starts, contention, handOverAfterKill, apply, applyFarAway],
];
const DATABASES: readonly DatabaseKind[] = ["SQLite", "MongoDB"];
const FULL: Scale = {
  ...{ executed: [100, 1_000, 10_000], pending: [1_000, 10_000], pendingFarAway: 50 },
  ...{ latenciesMs: [0, 1, 5], processes: [1, 10, 50], starts: 1_000, repetitions: 7 },
};
/** To see that everything works: its numbers say nothing. */
const QUICK: Scale = {
  ...{ executed: [5, 20, 100], pending: [20, 100], pendingFarAway: 5 },
  ...{ latenciesMs: [0, 5], processes: [1, 3, 5], starts: 10, repetitions: 2 },
};

/** Reads the options of the command line. */
export function readOptions(): BenchOptions {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      database: { type: "string" },
      subjects: { type: "string" },
      repetitions: { type: "string" },
      latency: { type: "string" },
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      from: { type: "string" },
    },
  });
  if (values.quick && values.write) throw new TypeError("What --quick measures says nothing: it is not for --write");
  const scale = values.quick ? QUICK : FULL;
  const names = values.only?.split(",") ?? SCENARIOS.map(({ name }) => name);
  return {
    scenarios: names.map((name) => find(SCENARIOS, { name, what: "scenario", nameOf: (each) => each.name })),
    databases:
      values.database?.split(",").map((name) => find(DATABASES, { name, what: "database", nameOf: (each) => each })) ??
        DATABASES,
    subjects: values.subjects?.split(","),
    scale: {
      ...scale,
      repetitions: values.repetitions === undefined ? scale.repetitions : readNumber(values.repetitions, 1),
      latenciesMs: values.latency?.split(",").map((each) => readNumber(each, 0)) ?? scale.latenciesMs,
    },
    write: values.write,
    from: values.from,
  };
}

function find<Value>(
  values: readonly Value[],
  wanted: { readonly name: string; readonly what: string; readonly nameOf: (value: Value) => string },
): Value {
  const found = values.find((value) => wanted.nameOf(value).toLowerCase() === wanted.name.toLowerCase());
  if (found !== undefined) return found;
  throw new TypeError(`There is no ${wanted.what} "${wanted.name}": ${values.map(wanted.nameOf).join(", ")}`);
}

function readNumber(text: string, least: number): number {
  const number = Number(text);
  if (number >= least) return number;
  throw new RangeError(`A number of at least ${least} is needed: ${text}`);
}
