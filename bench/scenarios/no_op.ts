import type { Place } from "../databases.ts";
import type { Case } from "../measure.ts";
import { type Bench, type Block, isWanted, type Scenario } from "../scenario.ts";
import type { Subject } from "../subject.ts";
import { denock, denockCommandLine } from "../subjects/denock.ts";
import { migrateMongoHashed } from "../subjects/peers.ts";
import { raw } from "../subjects/raw.ts";
import { settle, type Settled, startSettled, subjectsOn } from "./start.ts";

/** From here on those are measured less often who would take most of the time. */
const MANY = 10_000;
const MANY_REPETITIONS = 3;

/** A start at which nothing is pending; all subjects with the same count are measured in turn. */
async function openBlock(
  place: Place,
  { count, bench }: { readonly count: number; readonly bench: Bench },
): Promise<Block> {
  const stack = new AsyncDisposableStack();
  const settled = new Map<string, Settled>();
  const more = place.kind === "MongoDB" ? [migrateMongoHashed] : [];
  const subjects = [...subjectsOn(place.kind), denockCommandLine[place.kind]];
  for (const subject of [...subjects, ...more]) {
    if (isWanted(bench, subject.name)) settled.set(subject.name, await settle(place, { subject, count, stack }));
  }
  const key = { database: place.kind, count };
  const cases = subjects.flatMap((subject): Case[] => {
    const there = settled.get(subject.name);
    if (there === undefined) return [];
    const measure = () => startSettled(there, { subject, count });
    const isSlow = subject.slowWithMany === true && count >= MANY;
    return [{
      ...{ ...key, scenario: "no-op", subject: subject.name, measure },
      ...(isSlow && { atMost: MANY_REPETITIONS }),
    }];
  });
  const verifying = verifyingStarts(place, { settled, count });
  return { cases: [...cases, ...verifying], [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The same with all files read and hashed: Denock does that always, others on demand or never. */
function verifyingStarts(
  { kind }: Place,
  { settled, count }: { readonly settled: ReadonlyMap<string, Settled>; readonly count: number },
): Case[] {
  const own = settled.get(denock[kind].name);
  const least = settled.get(raw[kind].name);
  const bound = { ...raw[kind], name: `${raw[kind].name}, reading and hashing` };
  // The raw client has no files of its own.
  const mixed = own && least && { database: least.database, folder: own.folder };
  const starts: (readonly [Subject, Settled | undefined])[] = [
    ...[[bound, mixed] as const, [denock[kind], own] as const],
    ...[[migrateMongoHashed, settled.get(migrateMongoHashed.name)] as const],
  ];
  return starts.flatMap(([subject, there]): Case[] => {
    if (there === undefined) return [];
    const measure = () => startSettled(there, { subject, count, work: "verify" });
    return [{ scenario: "verified no-op", database: kind, count, subject: subject.name, measure }];
  });
}

/** The same through a proxy that holds requests back. */
async function openFarAway(place: Place, bench: Bench): Promise<Block> {
  const stack = new AsyncDisposableStack();
  const [, count = 1_000] = bench.scale.executed;
  const cases: Case[] = [];
  for (const subject of subjectsOn(place.kind)) {
    if (!isWanted(bench, subject.name)) continue;
    const there = await settle(place, { subject, count, stack });
    for (const latencyMs of bench.scale.latenciesMs) {
      const measure = () => startSettled(there, { subject, count, latencyMs });
      cases.push({ scenario: "no-op", database: place.kind, subject: subject.name, count, latencyMs, measure });
    }
  }
  return { cases, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Nothing is pending, each count in a block of its own. */
export const noOp: Scenario = {
  name: "no-op",
  databases: ["SQLite", "MongoDB"],
  open: [0, 1, 2].map((index) => (place, bench) =>
    openBlock(place, { count: bench.scale.executed[index] ?? 1, bench })
  ),
};

/** Nothing is pending, and the server is far away. */
export const noOpFarAway: Scenario = { name: "no-op-latency", databases: ["MongoDB"], open: [openFarAway] };
