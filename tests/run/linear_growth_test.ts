import { assertEquals, assertThrows } from "@std/assert";
import type { ListedChange } from "../../src/change_unit/change_unit.ts";
import type { ChangeEntry } from "../../src/history/change_entry.ts";
import { EMPTY_HISTORY, extendHistory, type History } from "../../src/history/history.ts";
import { limitPlan } from "../../src/plan/limit_plan.ts";
import { makeBaselinePlan, makeRepairPlan } from "../../src/plan/mark_plan.ts";
import { needsLoading } from "../../src/plan/match.ts";
import { makePlan } from "../../src/plan/make_plan.ts";
import type { Plan, PlanInput } from "../../src/plan/plan.ts";
import { DEFAULT_RULES, type PlanRules } from "../../src/plan/plan_rules.ts";
import { shareTransaction } from "../../src/plan/share_transaction.ts";
import { makeUndoPlan, neededForUndo, selectUndone } from "../../src/plan/undo_plan.ts";
import type { ChangeReference, ExecutedChange } from "../../src/report.ts";
import { ReportBuilder } from "../../src/run/report_builder.ts";
import { draft } from "../fixtures/log.ts";
import { file, type LocalFile, unitOf } from "../fixtures/planned.ts";
import { WorkMeter } from "../properties/work_meter.ts";

const SMALL = 1_000;
const LARGE = 10_000;

/** Ten times as many take ten times as much work, or a little more where something is sorted. */
const MOST_TIMES_MORE = 14;

/** How a folder and its history are to be. */
interface Shape {
  /** How many change units are executed, out of ten. */
  readonly executed: number;
  /** How many of them are listed, out of ten; those are the first. */
  readonly listed: number;
  /** Whether they are listed in their order, or in another that looks random. */
  readonly sorted: boolean;
}

/** A folder with `count` change units and its history; what is read from them counts. */
function situationOf(meter: WorkMeter, count: number, shape: Shape): { files: LocalFile[]; entries: ChangeEntry[] } {
  const names = Array.from({ length: count }, (_, index) => `${String(index + 1).padStart(6, "0")}_unit_${index}.ts`);
  // Whole tenths, so that a large folder is ten small ones.
  const isAmong = (index: number, tenths: number) => index % 10 < tenths;
  const all = names.map((name) => file(name));
  const entries = all.filter((_, index) => isAmong(index, shape.executed)).map((each, index): ChangeEntry => {
    const { id, order, file: name, checksum } = each;
    const said = draft({ changeId: id, order, file: name, checksum });
    const previous = index === 0 ? null : `sha256:${index}`;
    return meter.watch({ ...said, seq: index + 1, format: 1, previous, digest: `sha256:${index + 1}` });
  });
  const files = all.filter((_, index) => index % 10 >= 10 - shape.listed).map((each) => meter.watch(each));
  return { files: shape.sorted ? files : scatter(files), entries };
}

/** The same in another order. */
function scatter<Value>(values: readonly Value[]): Value[] {
  return values.map((_, index) => values[(index * 7_919) % values.length] as Value);
}

function inputOf(
  files: readonly LocalFile[],
  history: History,
  loaded: Iterable<ListedChange>,
  meter: WorkMeter,
): PlanInput {
  const units = new Map([...loaded].map((listed) => [listed, meter.watch(unitOf(listed as LocalFile))]));
  const rules: PlanRules = { ...DEFAULT_RULES, missing: "warn", outOfOrder: "run" };
  const transactions = {
    driver: "memory",
    runsSql: false,
    supported: true,
    byDefault: true,
    strategy: "change",
  } as const;
  return { source: "./migrations", listed: files, units, found: [], history, rules, transactions };
}

/** A history of which each reading of a change unit counts. */
function watched(history: History, meter: WorkMeter): History {
  return { ...history, changes: new Map([...history.changes].map(([key, known]) => [key, meter.watch(known)])) };
}

/** Something that is done with a folder and its history; gives the work that it took. */
type Work = (meter: WorkMeter, count: number, shape: Shape) => number;

const fold: Work = (meter, count, shape) => {
  const { entries } = situationOf(meter, count, shape);
  return meter.measure(() => extendHistory(EMPTY_HISTORY, entries));
};

/** Reads on in ten steps, as a process does that waits for another one. */
const foldInSteps: Work = (meter, count, shape) => {
  const { entries } = situationOf(meter, count, shape);
  const step = Math.ceil(entries.length / 10);
  const parts = Array.from({ length: 10 }, (_, index) => entries.slice(index * step, (index + 1) * step));
  return meter.measure(() => parts.reduce(extendHistory, EMPTY_HISTORY));
};

const migration: Work = (meter, count, shape) => {
  const { files, entries } = situationOf(meter, count, shape);
  const history = watched(extendHistory(EMPTY_HISTORY, entries), meter);
  const needed: ListedChange[] = [];
  const matching = meter.measure(() => needed.push(...files.filter((each) => needsLoading(each, history))));
  const input = inputOf(files, history, needed, meter);
  return matching + meter.measure(() => shareTransaction(limitPlan(makePlan(input), { count }, input.source), "run"));
};

const undo: Work = (meter, count, shape) => {
  const { files, entries } = situationOf(meter, count, shape);
  const history = watched(extendHistory(EMPTY_HISTORY, entries), meter);
  const needed: ListedChange[] = [];
  const matching = meter.measure(() => needed.push(...neededForUndo(files, selectUndone(history, {}))));
  const input = inputOf(files, history, needed, meter);
  return matching + meter.measure(() => makeUndoPlan(input, { all: true }));
};

const baseline: Work = (meter, count, shape) => {
  const { files, entries } = situationOf(meter, count, shape);
  const history = watched(extendHistory(EMPTY_HISTORY, entries), meter);
  const input = inputOf(files, history, files.filter((each) => needsLoading(each, history)), meter);
  const last = files.toSorted((left, right) => left.order < right.order ? -1 : 1).at(-1);
  return meter.measure(() => makeBaselinePlan(input, last?.id ?? ""));
};

const repair: Work = (meter, count, shape) => {
  const { files, entries } = situationOf(meter, count, shape);
  const history = watched(extendHistory(EMPTY_HISTORY, entries), meter);
  const input = inputOf(files, history, files, meter);
  const requests = files.map(({ id }) => ({ id, as: "rolled back" } as const));
  return meter.measure(() => makeRepairPlan(input, requests));
};

const report: Work = (meter, count) => {
  const changes = Array.from({ length: count }, (_, index): ExecutedChange & ChangeReference =>
    meter.watch({
      ...{ id: `unit_${index}`, author: "ann", order: String(index), file: null },
      ...{ executionMillis: 1, attempts: 1 },
    }));
  const plan = { changes: [], steps: changes.map((unit) => ({ unit })), problems: [] } satisfies Plan<
    { unit: ChangeReference }
  >;
  return meter.measure(() => {
    const builder = new ReportBuilder("MIGRATE", plan);
    for (const change of changes) builder.addExecuted(change);
    builder.build();
  });
};

const SHAPES: readonly (readonly [told: string, shape: Shape])[] = [
  ["that are all executed", { executed: 10, listed: 10, sorted: true }],
  ["that are all pending", { executed: 0, listed: 10, sorted: true }],
  ["of which some are executed, some pending and some missing, in no order", { executed: 5, listed: 7, sorted: false }],
];

const WORKS: readonly (readonly [told: string, work: Work])[] = [
  ["Folding the history", fold],
  ["Folding the history in steps", foldInSteps],
  ["Planning a migration", migration],
  ["Planning an undo", undo],
  ["Planning a baseline", baseline],
  ["Planning a repair", repair],
  ["Reporting", report],
];

/** Does the small work, and then the large one for as long as it is not too much. */
function assertLinear(work: Work, shape: Shape): void {
  const small = work(new WorkMeter(), SMALL, shape);
  assertEquals(work(new WorkMeter(), SMALL, shape), small, "the count is exact");
  work(new WorkMeter(MOST_TIMES_MORE * Math.max(small, 1)), LARGE, shape);
}

for (const [told, work] of WORKS) {
  for (const [which, shape] of SHAPES) {
    Deno.test(`${told} of ${LARGE} change units ${which} takes ten times the work of ${SMALL}`, () => {
      assertLinear(work, shape);
    });
  }
}

const QUADRATIC:
  readonly (readonly [told: string, pass: (files: readonly LocalFile[], history: History) => unknown])[] = [
    [
      "looks each one up in a list",
      (files, { changes }) => files.map(({ id }) => Array.from(changes.values()).find((known) => known.id === id)),
    ],
    [
      "goes through the entries of a map for each one",
      (files, { changes }) => {
        let found = 0;
        for (const { id } of files) for (const [, known] of changes.entries()) found += known.id === id ? 1 : 0;
        return found;
      },
    ],
    ["copies a list for each one", (files) => files.reduce<LocalFile[]>((all, each) => [...all, each], [])],
    [
      "copies a map for each one",
      (files) => files.reduce((all, each) => new Map(all).set(each.id, each), new Map<string, LocalFile>()),
    ],
    ["asks a list whether it has each one", (files) => files.filter((each, index) => files.indexOf(each) === index)],
    [
      "goes through all pairs by their places",
      (files) => {
        let same = 0;
        for (let left = 0; left < files.length; left++) {
          for (let right = 0; right < left; right++) if (files[left]?.order === files[right]?.order) same++;
        }
        return same;
      },
    ],
  ];

for (const [told, pass] of QUADRATIC) {
  Deno.test(`The count finds out who ${told}`, () => {
    const work: Work = (meter, count, shape) => {
      const { files, entries } = situationOf(meter, count, shape);
      const history = watched(extendHistory(EMPTY_HISTORY, entries), meter);
      return meter.measure(() => pass(files, history));
    };
    assertThrows(() => assertLinear(work, { executed: 10, listed: 10, sorted: true }), RangeError, "steps of work");
  });
}
