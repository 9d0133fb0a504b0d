import type { Place } from "../databases.ts";
import type { Case } from "../measure.ts";
import { type Bench, type Block, isWanted, type Scenario } from "../scenario.ts";
import { denock } from "../subjects/denock.ts";
import { mikroOrmEach } from "../subjects/peers.ts";
import { raw } from "../subjects/raw.ts";
import { allSubjectsOn, startPending, subjectsOn } from "./start.ts";

const MANY_REPETITIONS = 2;
const FAR_AWAY_REPETITIONS = 3;

function blockOf(cases: readonly Case[]): Promise<Block> {
  return Promise.resolve({ cases, [Symbol.asyncDispose]: () => Promise.resolve() });
}

/** Everything is pending, in a database that nobody has seen before. */
function openFew(place: Place, bench: Bench): Promise<Block> {
  const [count] = bench.scale.pending;
  const subjects = allSubjectsOn(place.kind).filter(({ name }) => isWanted(bench, name));
  return blockOf(subjects.map((subject): Case => ({
    ...{ scenario: "apply", database: place.kind, subject: subject.name, count },
    measure: () => startPending(place, { subject, count }),
  })));
}

/** Many of them; what others take for so many tells nothing new, and would take most of the time of the benchmark. */
function openMany(place: Place, bench: Bench): Promise<Block> {
  const [, count] = bench.scale.pending;
  const subjects = [raw[place.kind], denock[place.kind]].filter(({ name }) => isWanted(bench, name));
  return blockOf(subjects.map((subject): Case => ({
    ...{ scenario: "apply", database: place.kind, subject: subject.name, count, atMost: MANY_REPETITIONS },
    measure: () => startPending(place, { subject, count }),
  })));
}

function openFarAway(place: Place, bench: Bench): Promise<Block> {
  const { pendingFarAway: count, latenciesMs } = bench.scale;
  const subjects = [...subjectsOn(place.kind), mikroOrmEach].filter(({ name }) => isWanted(bench, name));
  return blockOf(subjects.flatMap((subject) =>
    latenciesMs.map((latencyMs): Case => ({
      ...{ scenario: "apply", database: place.kind, subject: subject.name, count, latencyMs },
      atMost: FAR_AWAY_REPETITIONS,
      measure: () => startPending(place, { subject, count, latencyMs }),
    }))
  ));
}

/** Everything is pending. */
export const apply: Scenario = { name: "apply", databases: ["SQLite", "MongoDB"], open: [openFew, openMany] };

/** Everything is pending, and the server is far away. */
export const applyFarAway: Scenario = { name: "apply-latency", databases: ["MongoDB"], open: [openFarAway] };
