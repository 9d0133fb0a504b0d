/**
 * Measures what Denock costs beside the least that could be done and beside what others use, in fresh processes, on SQLite
 * and on a MongoDB replica set: `deno task bench`. docs/benchmarks.md says what is measured and how to repeat it.
 *
 * `--only no-op,apply` measures some of it, `--database SQLite` on one database, `--subjects denock,raw` some subjects,
 * `--repetitions 9` more often, `--latency 0,1` at these latencies, `--quick` so little that it only shows that everything
 * works. Tables go to the output, all samples to `.data/bench` as JSON; `--write` puts tables and charts into `docs`, and
 * `--from FILE --write` does so with the results of an earlier run.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { startReplicaSet } from "../scripts/mongodb_replica_set.ts";
import type { Place } from "./databases.ts";
import { type Key, type Measured, measureInTurn, type Measurement, numberOfMeasurements } from "./measure.ts";
import { type BenchOptions, readOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { renderTables, writeDocument } from "./report/document.ts";
import type { Results } from "./report/sections.ts";
import { prepareSettings } from "./run_program.ts";
import type { Growth } from "./scenario.ts";

const RESULTS = fromFileUrl(new URL("../.data/bench", import.meta.url));

/** Where databases are made; MongoDB on the server of `MONGODB_URI`, or on one that is started. */
async function openPlaces({ databases }: BenchOptions, stack: AsyncDisposableStack): Promise<Place[]> {
  const places: Place[] = [];
  for (const kind of databases) {
    const given = Deno.env.get("MONGODB_URI");
    const server = kind === "SQLite" ? "" : given ? given : stack.use(await startReplicaSet()).uri;
    places.push({ kind, server });
  }
  return places;
}

function told({ subject, count, processes, latencyMs }: Key, { processMs, damage }: Measurement): string {
  const more = [processes && `${processes} processes`, latencyMs !== undefined && `${latencyMs} ms away`];
  const harm = damage && `${damage.doubled} doubled, ${damage.lost} lost, ${damage.failed} failed`;
  return [subject, count, ...more, `${processMs.toFixed(0)} ms`, harm].filter(Boolean).join(", ");
}

async function measureAll(options: BenchOptions): Promise<Results> {
  const startedOn = new Date();
  await using stack = new AsyncDisposableStack();
  const { scenarios, scale, subjects } = options;
  const blocks = scenarios.flatMap(({ name, databases, open }) =>
    options.databases.filter((kind) => databases.includes(kind)).flatMap((kind) =>
      open.map((each) => ({ name, kind, each }))
    )
  );
  const progress = new Progress(blocks.length);
  progress.say("getting the packages of all subjects");
  await prepareSettings();
  const places = await openPlaces(options, stack);
  const measured: Measured[] = [];
  const growth: Growth[] = [];
  for (const { name, kind, each } of blocks) {
    const place = places.find((place) => place.kind === kind);
    if (place === undefined) continue;
    await using block = await each(place, { scale, subjects, say: progress.say });
    progress.beginBlock(`${kind}, ${name}`, numberOfMeasurements(block.cases, scale.repetitions));
    const onMeasured = (key: Key, measurement: Measurement) => progress.measured(told(key, measurement));
    measured.push(...await measureInTurn(block.cases, { repetitions: scale.repetitions, onMeasured }));
    growth.push(...block.growth ?? []);
  }
  const machine = {
    ...{ deno: Deno.version.deno, system: `${Deno.build.os} ${Deno.build.arch}`, cores: navigator.hardwareConcurrency },
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    measuredOn: startedOn.toISOString().slice(0, 10),
  };
  const results = { machine, scale, measured, growth };
  await Deno.mkdir(RESULTS, { recursive: true });
  const path = join(RESULTS, `${startedOn.toISOString().replaceAll(":", "-")}.json`);
  await Deno.writeTextFile(path, JSON.stringify(results, null, 2) + "\n");
  progress.say(`Written to ${path}`);
  return results;
}

const options = readOptions();
const results: Results = options.from === undefined
  ? await measureAll(options)
  : JSON.parse(await Deno.readTextFile(options.from));
console.log(renderTables(results));
if (options.write) await writeDocument(results);
