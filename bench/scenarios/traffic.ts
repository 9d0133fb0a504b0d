import type { Place } from "../databases.ts";
import type { Case } from "../measure.ts";
import { type Bench, type Block, isWanted, type Scenario } from "../scenario.ts";
import { allSubjectsOn, settle, startPending, startSettled } from "./start.ts";

/** What goes over the wire is always the same. */
const REPETITIONS = 1;

/** Counts commands and bytes on the way to the server. */
async function openBlock(place: Place, bench: Bench): Promise<Block> {
  const stack = new AsyncDisposableStack();
  const cases: Case[] = [];
  const { executed, pendingFarAway } = bench.scale;
  for (const subject of allSubjectsOn(place.kind)) {
    if (!isWanted(bench, subject.name)) continue;
    const key = { database: place.kind, subject: subject.name, atMost: REPETITIONS };
    for (const count of executed) {
      const there = await settle(place, { subject, count, stack });
      const measure = () => startSettled(there, { subject, count, latencyMs: 0 });
      cases.push({ ...key, scenario: "traffic of a no-op", count, measure });
    }
    const measure = () => startPending(place, { subject, count: pendingFarAway, latencyMs: 0 });
    cases.push({ ...key, scenario: "traffic of applying", count: pendingFarAway, measure });
  }
  return { cases, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What goes over the wire. */
export const traffic: Scenario = { name: "traffic", databases: ["MongoDB"], open: [openBlock] };
