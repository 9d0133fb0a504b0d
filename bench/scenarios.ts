import { type BenchDatabase, makeHistory, makeMongodb, makeSqlite } from "./databases.ts";
import { type DatabaseKind, makeFolder } from "./folders.ts";
import { runWorker, type Sample, type Scenario } from "./measure.ts";

/** Where a database of the benchmark is made. */
export type Place = { readonly kind: "SQLite" } | { readonly kind: "MongoDB"; readonly server: string };

/** A group of scenarios that are measured in turn, and whatever they share. */
export interface Group extends AsyncDisposable {
  readonly scenarios: readonly Scenario[];
}

/** The counts of change units that are compared. */
export const COUNTS = [1_000, 10_000] as const;

/** How many starts there are before the last one that is looked at. */
export const STARTS = 1_000;

/** How many change units were executed before, in the scenario of many starts. */
const UNITS = 10;

function makeDatabase(place: Place): Promise<BenchDatabase> {
  return place.kind === "SQLite" ? makeSqlite() : makeMongodb(place.server);
}

/** How a scenario is called in results. */
export function nameOf(kind: DatabaseKind, what: string, count: number): string {
  return `${kind}: ${what}, ${count}`;
}

/** Plans where nothing is pending, beside the least that could be done. */
export async function planGroup(place: Place): Promise<Group> {
  const { kind } = place;
  const stack = new AsyncDisposableStack();
  const scenarios: Scenario[] = [];
  for (const count of COUNTS) {
    const database = stack.use(await makeDatabase(place));
    const { path: folder } = stack.use(await makeFolder(kind, count));
    await database.seed(await makeHistory(kind, count));
    for (const work of ["plan", "floor", "blocking floor"] as const) {
      const measure = async () => checked(await runWorker({ work, kind, url: database.url, folder }), count);
      scenarios.push({ name: nameOf(kind, work, count), measure });
    }
  }
  return { scenarios, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Plans and executes where everything is pending, each time from files and in a database that nobody has seen before. */
export function importGroup(place: Place): Group {
  const { kind } = place;
  const scenarios = COUNTS.flatMap((count) =>
    (["plan", "migrate"] as const).map((work): Scenario => ({
      name: nameOf(kind, `${work} of pending units`, count),
      async measure() {
        await using database = await makeDatabase(place);
        await using folder = await makeFolder(kind, count);
        return checked(await runWorker({ work, kind, url: database.url, folder: folder.path }), count);
      },
    }))
  );
  return { scenarios, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function checked(sample: Sample, count: number): Sample {
  if (sample.count !== count) throw new Error(`A worker has seen ${sample.count} change units instead of ${count}`);
  return sample;
}

/** What many starts with one change unit that runs always leave behind. */
export interface Growth {
  readonly name: string;
  /** How many entries one start adds. */
  readonly entriesPerStart: number;
  /** How many bytes one start adds, as data and in files. */
  readonly dataBytesPerStart: number;
  readonly fileBytesPerStart: number;
}

/** Starts again and again with one change unit that runs always; then looks at how long one more start takes. */
export async function startsGroup(
  place: Place,
  say: (line: string) => void,
): Promise<Group & { readonly growth: readonly Growth[] }> {
  const { kind } = place;
  const stack = new AsyncDisposableStack();
  const scenarios: Scenario[] = [];
  const growth: Growth[] = [];
  const { path: folder } = stack.use(await makeFolder(kind, UNITS + 1, { lastRunsAlways: true }));
  for (const recordRepeats of [true, false]) {
    const how = recordRepeats ? "every start recorded" : "only changes of outcome recorded";
    const request = { work: "migrate", kind, folder, recordRepeats } as const;
    scenarios.push({
      name: `${kind}: second start, ${how}`,
      async measure() {
        await using database = await makeDatabase(place);
        await runWorker({ ...request, url: database.url });
        return checked(await runWorker({ ...request, url: database.url }), 1);
      },
    });
    const { url, measureHistory } = stack.use(await makeDatabase(place));
    await runWorker({ ...request, url });
    const before = await measureHistory();
    say(`${kind}: ${STARTS} starts, ${how}`);
    await runWorker({ ...request, url, times: STARTS });
    const after = await measureHistory();
    const perStart = (member: keyof typeof after) => (after[member] - before[member]) / STARTS;
    growth.push({
      name: `${kind}, ${how}`,
      entriesPerStart: perStart("entries"),
      dataBytesPerStart: perStart("dataBytes"),
      fileBytesPerStart: perStart("fileBytes"),
    });
    scenarios.push({
      name: `${kind}: start after ${STARTS} others, ${how}`,
      measure: async () => checked(await runWorker({ ...request, url }), 1),
    });
  }
  return { scenarios, growth, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
