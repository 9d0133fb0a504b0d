/**
 * Measures what Denock costs, in fresh processes, on SQLite and on a MongoDB replica set: `deno task bench`.
 *
 * `--only plan,import,starts` measures some of it, `--database SQLite` one database, `--repetitions 9` more often. Results
 * go to the output as tables, and to `.data/bench` as JSON. docs/benchmarks.md says what they mean.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { parseArgs } from "node:util";
import { startReplicaSet } from "../scripts/mongodb_replica_set.ts";
import { type Measured, measureInTurn } from "./measure.ts";
import { type Group, type Growth, importGroup, type Place, planGroup, startsGroup } from "./scenarios.ts";
import { growthTable, samplesTable, targetsTable } from "./tables.ts";

const FEWEST_REPETITIONS = 5;
const RESULTS = fromFileUrl(new URL("../.data/bench", import.meta.url));
const PARTS = ["plan", "import", "starts"];
const DATABASES = ["SQLite", "MongoDB"];

const startedAt = performance.now();

function say(line: string): void {
  console.error(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: PARTS.join() },
      database: { type: "string", default: DATABASES.join() },
      repetitions: { type: "string", default: "7" },
    },
  });
  const [parts, databases] = [values.only.split(","), values.database.split(",")];
  const unknown = [
    ...parts.filter((part) => !PARTS.includes(part)),
    ...databases.filter((each) => !DATABASES.includes(each)),
  ];
  if (unknown.length > 0) {
    throw new TypeError(`There is no ${unknown.join()} to measure: ${[...PARTS, ...DATABASES].join()}`);
  }
  const repetitions = Number(values.repetitions);
  if (!(repetitions >= FEWEST_REPETITIONS)) throw new RangeError(`It takes at least ${FEWEST_REPETITIONS} repetitions`);
  return { parts, databases, repetitions };
}

/** The databases that can be had. */
async function openPlaces(databases: readonly string[], stack: AsyncDisposableStack): Promise<Place[]> {
  const places: Place[] = databases.includes("SQLite") ? [{ kind: "SQLite" }] : [];
  if (!databases.includes("MongoDB")) return places;
  const given = Deno.env.get("MONGODB_URI");
  try {
    const server = given ? given : stack.use(await startReplicaSet()).uri;
    places.push({ kind: "MongoDB", server });
  } catch (error) {
    say(`MongoDB is left out: ${error instanceof Error ? error.message : error}`);
  }
  return places;
}

const { parts, databases, repetitions } = readOptions();
await using stack = new AsyncDisposableStack();
const measured: Measured[] = [];
const growth: Growth[] = [];
for (const place of await openPlaces(databases, stack)) {
  for (const part of parts) {
    say(`${place.kind}: ${part}: making what is needed`);
    await using group: Group & { readonly growth?: readonly Growth[] } = part === "plan"
      ? await planGroup(place)
      : part === "import"
      ? importGroup(place)
      : await startsGroup(place, say);
    measured.push(...await measureInTurn(group.scenarios, repetitions, say));
    growth.push(...group.growth ?? []);
  }
}

const machine = {
  ...{ deno: Deno.version.deno, system: `${Deno.build.os} ${Deno.build.arch}`, cores: navigator.hardwareConcurrency },
  memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
};
await Deno.mkdir(RESULTS, { recursive: true });
const path = join(RESULTS, `${new Date().toISOString().replaceAll(":", "-")}.json`);
await Deno.writeTextFile(path, JSON.stringify({ machine, repetitions, measured, growth }, null, 2) + "\n");
const tables = [samplesTable(measured), targetsTable(measured), growth.length > 0 ? growthTable(growth) : ""];
console.log(tables.filter((table) => table !== "").join("\n\n"));
say(`Written to ${path}`);
