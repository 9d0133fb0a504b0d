import { join } from "@std/path";
import { makeDatabase, type Place } from "../databases.ts";
import type { Case, Measurement } from "../measure.ts";
import type { ProgramRequest } from "../programs/program.ts";
import { type RunningProgram, startProgram } from "../run_program.ts";
import { type Bench, type Block, isWanted, type Scenario } from "../scenario.ts";
import type { Subject } from "../subject.ts";
import { denock } from "../subjects/denock.ts";
import { migrateMongoLocked, mikroOrmEach } from "../subjects/peers.ts";
import { makeFolder, unitsOf } from "../units_folder.ts";
import { damageOf } from "./contention.ts";
import { subjectsOn } from "./start.ts";

const COUNT = 5;
/** The change in which the first process is killed. */
const KILLED_IN = 3;
const REPETITIONS = 3;
/** How long to wait for a process to come to that change, and between two looks, in milliseconds. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 10;
/** Much shorter than as it comes, to spare the benchmark the wait: what is told is how much is added to the lease. */
const LOCK = { leaseMs: 2_000, pollMs: 250 };

/** Kills a process in the middle of a change, and starts another one at once. */
async function handOver(place: Place, subject: Subject): Promise<Measurement> {
  await using database = await makeDatabase(place);
  await using folder = await makeFolder(unitsOf(subject, place.kind, { count: COUNT, mayPause: true }));
  const request: ProgramRequest = {
    ...{ ...subject.settings, work: "migrate", database: place.kind, url: database.url, folder: folder.path },
    ...{ count: COUNT, lock: LOCK },
  };
  const marker = join(folder.path, ".paused");
  const first = startProgram(subject.program, request, {
    BENCH_PAUSE_IN: String(KILLED_IN),
    BENCH_PAUSE_MARKER: marker,
  });
  await appears(marker, first);
  first.kill();
  const startedAt = performance.now();
  const second = await startProgram(subject.program, request).ended;
  const processMs = performance.now() - startedAt;
  await first.ended;
  await database.endAbandoned();
  const pending = folder.units.map(({ number }) => number);
  const damage = await damageOf(database, { pending, failed: "failure" in second ? 1 : 0 });
  return { processMs, workMs: processMs, memoryBytes: 0, count: COUNT, damage };
}

async function appears(path: string, program: RunningProgram): Promise<void> {
  let hasEnded = false;
  program.ended.then(() => hasEnded = true);
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    try {
      await Deno.remove(path);
      return;
    } catch {
      if (hasEnded) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
  throw new Error(
    `The process has not come to the change in which it is killed: ${JSON.stringify(await program.ended)}`,
  );
}

function openBlock(place: Place, bench: Bench): Promise<Block> {
  const [, , ...others] = subjectsOn(place.kind);
  const more = place.kind === "MongoDB" ? [migrateMongoLocked, mikroOrmEach] : [];
  const subjects = [denock[place.kind], ...others, ...more].filter(({ name }) => isWanted(bench, name));
  const cases = subjects.map((subject): Case => ({
    ...{ scenario: "hand-over", database: place.kind, subject: subject.name, count: COUNT },
    atMost: REPETITIONS,
    measure: () => handOver(place, subject),
  }));
  return Promise.resolve<Block>({ cases, [Symbol.asyncDispose]: () => Promise.resolve() });
}

/** A process is killed, and another one goes on. */
export const handOverAfterKill: Scenario = { name: "hand-over", databases: ["SQLite", "MongoDB"], open: [openBlock] };
