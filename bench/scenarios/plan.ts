import { makeDatabase, type Place } from "../databases.ts";
import type { Case } from "../measure.ts";
import type { ProgramRequest } from "../programs/program.ts";
import { runProgram, type Sample } from "../run_program.ts";
import type { Bench, Block, Scenario } from "../scenario.ts";
import { denock } from "../subjects/denock.ts";
import { raw } from "../subjects/raw.ts";
import { makeFolder, unitsOf } from "../units_folder.ts";
import { settle, waitForDisk } from "./start.ts";

/** What is done with the files and the history, by whom, and how results call it. */
const WORKS: readonly (readonly [work: ProgramRequest["work"], subject: string])[] = [
  ["plan", "Denock, `plan`"],
  ["floor", "reading, hashing, one query"],
  ["blocking floor", "the same with calls that block"],
];

/** Importing very many files that nobody has seen takes long. */
const REPETITIONS = 3;

function seen(sample: Sample, count: number): Sample {
  if (sample.count !== count) throw new Error(`A program has seen ${sample.count} change units instead of ${count}`);
  return sample;
}

/** Plans where nothing is pending, beside the least that could be done. */
async function openExecuted(place: Place, { scale }: Bench): Promise<Block> {
  const stack = new AsyncDisposableStack();
  const subject = denock[place.kind];
  const cases: Case[] = [];
  for (const count of scale.pending) {
    const { database, folder } = await settle(place, { subject, count, stack });
    const request = { database: place.kind, url: database.url, folder: folder.path, count };
    for (const [work, told] of WORKS) {
      const program = work === "plan" ? subject.program : raw[place.kind].program;
      const measure = async () => seen(await runProgram(program, { ...request, work }), count);
      cases.push({ scenario: "plan, nothing pending", database: place.kind, subject: told, count, measure });
    }
  }
  return { cases, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Plans where everything is pending, each time from files and in a database that nobody has seen before. */
function openPending(place: Place, { scale }: Bench): Promise<Block> {
  const subject = denock[place.kind];
  const cases = scale.pending.map((count): Case => ({
    ...{ scenario: "plan, all pending", database: place.kind, subject: "Denock, `plan`", count, atMost: REPETITIONS },
    async measure() {
      await using database = await makeDatabase(place);
      await using folder = await makeFolder(unitsOf(subject, place.kind, { count }));
      await waitForDisk();
      const request = { work: "plan", database: place.kind, url: database.url, folder: folder.path, count } as const;
      return seen(await runProgram(subject.program, request), count);
    },
  }));
  return Promise.resolve({ cases, [Symbol.asyncDispose]: () => Promise.resolve() });
}

/** Plans. */
export const plan: Scenario = { name: "plan", databases: ["SQLite", "MongoDB"], open: [openExecuted, openPending] };
