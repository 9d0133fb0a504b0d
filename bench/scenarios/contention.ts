import { type BenchDatabase, makeDatabase, type Place } from "../databases.ts";
import type { Case, Damage, Measurement } from "../measure.ts";
import type { ProgramRequest } from "../programs/program.ts";
import { type Sample, startProgram } from "../run_program.ts";
import { type Bench, type Block, isWanted, type Scenario } from "../scenario.ts";
import type { Subject } from "../subject.ts";
import { migrateMongoLocked } from "../subjects/peers.ts";
import { makeFolder, unitsOf } from "../units_folder.ts";
import { subjectsOn } from "./start.ts";

/** How many changes are executed already, as on a database in use, and how many are pending. */
const EXECUTED = 20;
const PENDING = 20;
/** Many processes take long. */
const REPETITIONS = 3;
const MANY_PROCESSES = 50;
const MANY_REPETITIONS = 1;

/** What became of changes that should have taken effect once. */
export async function damageOf(
  database: BenchDatabase,
  options: { readonly pending: readonly number[]; readonly failed: number },
): Promise<Damage> {
  const effects = await database.effects();
  const times = options.pending.map((number) => effects.get(number) ?? 0);
  const doubled = times.filter((each) => each > 1).length;
  return { doubled, lost: times.filter((each) => each === 0).length, failed: options.failed };
}

/** Starts many processes at once on a database with a history, and waits until the last of them has ended. */
async function contend(place: Place, subject: Subject, processes: number): Promise<Measurement> {
  await using database = await makeDatabase(place);
  const count = EXECUTED + PENDING;
  await using folder = await makeFolder(unitsOf(subject, place.kind, { count }));
  await subject.seed(database, folder.units.slice(0, EXECUTED));
  const request: ProgramRequest = {
    ...{ ...subject.settings, work: "migrate", database: place.kind, count, folder: folder.path },
    url: patient(database.url),
  };
  const startedAt = performance.now();
  const running = Array.from({ length: processes }, () => startProgram(subject.program, request));
  const ended = await Promise.all(running.map((each) => each.ended));
  const processMs = performance.now() - startedAt;
  const done = ended.filter((each): each is Sample => !("failure" in each));
  const pending = folder.units.slice(EXECUTED).map(({ number }) => number);
  const damage = await damageOf(database, { pending, failed: ended.length - done.length });
  const memoryBytes = Math.max(...done.map((each) => each.memoryBytes), 0);
  return { processMs, workMs: processMs, memoryBytes, count: PENDING, damage };
}

/** The same database, with time enough to find the server while many processes start on few processors. */
function patient(url: string): string {
  return url.startsWith("mongodb:") ? `${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=60000` : url;
}

function openBlock(place: Place, { processes, bench }: { readonly processes: number; readonly bench: Bench }) {
  // The raw client has nothing that could keep processes from each other.
  const [, ...careful] = subjectsOn(place.kind);
  const more = place.kind === "MongoDB" ? [migrateMongoLocked] : [];
  const subjects = [...careful, ...more].filter(({ name }) => isWanted(bench, name));
  const cases = subjects.map((subject): Case => ({
    ...{ scenario: "contention", database: place.kind, subject: subject.name, count: PENDING, processes },
    atMost: processes >= MANY_PROCESSES ? MANY_REPETITIONS : REPETITIONS,
    measure: () => contend(place, subject, processes),
  }));
  return Promise.resolve<Block>({ cases, [Symbol.asyncDispose]: () => Promise.resolve() });
}

/** Many processes start at once. */
export const contention: Scenario = {
  name: "contention",
  databases: ["SQLite", "MongoDB"],
  open: [0, 1, 2].map((index) => (place, bench) =>
    openBlock(place, { processes: bench.scale.processes[index] ?? 1, bench })
  ),
};
