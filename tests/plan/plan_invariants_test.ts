import { assert, assertEquals } from "@std/assert";
import type { LoadedChangeUnit } from "../../src/change_unit/change_unit.ts";
import { compareOrders } from "../../src/change_unit/order.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import type { History } from "../../src/history/history.ts";
import { historyOf } from "../fixtures/log.ts";
import { entriesOf, file, type LocalFile, plan, type PlanSettings } from "../fixtures/planned.ts";

const SEEDS = 400;
const UNITS = 8;

/** What may have happened to a change unit, as its states; a `<` in front is one of its before step. */
const PASTS = [
  "",
  "",
  "EXECUTED",
  "EXECUTED",
  "EXECUTED",
  "FAILED",
  "STARTED",
  "EXECUTED ROLLED_BACK",
  "STARTED ROLLED_BACK",
  "STARTED ROLLBACK_FAILED",
  "IGNORED",
  "<STARTED",
  "<STARTED <EXECUTED",
  "<STARTED <EXECUTED EXECUTED",
  "<STARTED <EXECUTED FAILED <STARTED <ROLLED_BACK",
  "<STARTED <EXECUTED STARTED",
  "<STARTED <ROLLBACK_FAILED",
];

const SAYS: Partial<LoadedChangeUnit>[] = [
  {},
  {},
  {},
  { transactional: false },
  { runAlways: true },
  { runOnChange: true },
  { outOfOrder: true },
  { profiles: ["production"] },
  { systemVersion: "9" },
  { transactional: false, rollbackExecution: null, irreversible: "data is gone" },
  { beforeExecution: () => {}, rollbackBeforeExecution: () => {} },
];

/** A row of numbers that looks random and is the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function situation(seed: number): Promise<{ files: LocalFile[]; history: History; settings: PlanSettings }> {
  const random = randomOf(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const files: LocalFile[] = [];
  const entries: EntryDraft[] = [];
  for (let order = 1; order <= UNITS; order++) {
    const name = `${order}_unit${order}.ts`;
    const says = pick(SAYS);
    if (random() < 0.85) files.push(file(name, random() < 0.1 ? { ...says, checksum: "sha256:edited" } : says));
    entries.push(...entriesOf(name, pick(PASTS), { runAlways: says.runAlways === true }));
  }
  const settings: PlanSettings = {
    rules: {
      edited: pick(["stop", "warn"]),
      missing: pick(["stop", "warn"]),
      missingNewer: pick(["stop", "warn"]),
      outOfOrder: pick(["stop", "run"]),
      profiles: pick([[], ["production"], ["test"]]),
      systemVersion: pick([{}, { to: "8" }]),
    },
    supported: random() < 0.8,
    strategy: pick(["change", "none"]),
  };
  return { files: files.toSorted(() => random() - 0.5), history: await historyOf(...entries), settings };
}

Deno.test(`makePlan() adds up in ${SEEDS} situations`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { files, history, settings } = await situation(seed);
    const { changes, steps, problems } = plan(files, history, settings);
    const about = `seed ${seed}`;
    const decided = changes.filter(({ decision }) => decision !== "missing").map(({ file }) => file);
    assertEquals(decided.toSorted(), files.map(({ file }) => file).toSorted(), `${about}: one decision for each file`);
    const missing = changes.filter(({ decision }) => decision === "missing").map(({ file }) => file);
    assert(missing.every((name) => files.every(({ file }) => file !== name)), `${about}: what is there is not missing`);
    const running = changes.filter(({ decision }) => decision === "run");
    assertEquals(steps.map(({ change }) => change), running, `${about}: a step for each decision to run`);
    assertEquals(steps.map(({ unit }) => unit.file), running.map(({ file }) => file), about);
    assertEquals(
      changes.toSorted((left, right) => compareOrders(left.order, right.order)),
      changes,
      `${about}: in order`,
    );
    const stopped = changes.filter(({ decision }) => decision === "stop" || decision === "missing");
    const named = new Set(problems.flatMap(({ files }) => files));
    assert(stopped.every(({ file }) => file !== null && named.has(file)), `${about}: a problem for each stop`);
    assert(changes.every(({ reason }) => reason !== ""), `${about}: a reason for each decision`);
  }
});

Deno.test("makePlan() gives the same plan for the same input, and changes nothing of it", async () => {
  const { files, history, settings } = await situation(7);
  const copies = [structuredClone(history), files.map(({ file }) => file)];
  assertEquals(plan(files, history, settings), plan(files, history, settings));
  assertEquals([history, files.map(({ file }) => file)], copies);
});
