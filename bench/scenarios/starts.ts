import { makeDatabase, type Place } from "../databases.ts";
import type { Case, Measurement } from "../measure.ts";
import { runProgram } from "../run_program.ts";
import type { Bench, Block, Growth, Scenario } from "../scenario.ts";
import { denock, repeatedUnit } from "../subjects/denock.ts";
import { makeFolder, unitsOf } from "../units_folder.ts";

/** How many change units were executed before the one that runs always. */
const UNITS = 10;

/** Starts again and again with one change unit that runs always; then looks at how long one more start takes. */
async function openBlock(place: Place, { scale, say }: Bench): Promise<Block> {
  const { kind } = place;
  const stack = new AsyncDisposableStack();
  const cases: Case[] = [];
  const growth: Growth[] = [];
  const subject = denock[kind];
  const units = [...unitsOf(subject, kind, { count: UNITS }), repeatedUnit(kind, UNITS + 1)];
  const { path: folder } = stack.use(await makeFolder(units));
  for (const recordRepeats of [true, false]) {
    const recorded = recordRepeats ? "every start recorded" : "`recordRepeats: false`";
    const request = { work: "migrate", database: kind, folder, count: UNITS + 1, recordRepeats } as const;
    const start = async (url: string): Promise<Measurement> => {
      const sample = await runProgram(subject.program, { ...request, url });
      if (sample.count !== 1) throw new Error(`A start has executed ${sample.count} change units instead of 1`);
      return sample;
    };
    cases.push({
      ...{ scenario: "second start", database: kind, subject: recorded, count: 2 },
      async measure() {
        await using database = await makeDatabase(place);
        await runProgram(subject.program, { ...request, url: database.url });
        return await start(database.url);
      },
    });
    const database = stack.use(await makeDatabase(place));
    await runProgram(subject.program, { ...request, url: database.url });
    const before = await database.measureHistory();
    say(`${kind}: ${scale.starts} starts, ${recorded}`);
    await runProgram(subject.program, { ...request, url: database.url, times: scale.starts });
    const after = await database.measureHistory();
    const aStart = (member: keyof typeof after) => (after[member] - before[member]) / scale.starts;
    growth.push({
      ...{ database: kind, recorded },
      ...{ entries: aStart("entries"), dataBytes: aStart("dataBytes"), fileBytes: aStart("fileBytes") },
    });
    cases.push({
      ...{ scenario: "start after many", database: kind, subject: recorded, count: scale.starts },
      measure: () => start(database.url),
    });
  }
  return { cases, growth, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Starts with a change unit that runs always. */
export const starts: Scenario = { name: "starts", databases: ["SQLite", "MongoDB"], open: [openBlock] };
