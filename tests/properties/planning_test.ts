import "./seed.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ChangeEntry, ChangeState, EntryDraft, EntryType } from "../../src/history/change_entry.ts";
import { EMPTY_HISTORY, extendHistory, type History } from "../../src/history/history.ts";
import { limitPlan } from "../../src/plan/limit_plan.ts";
import { makeBaselinePlan, makeRepairPlan, type MarkStep } from "../../src/plan/mark_plan.ts";
import { makePlan } from "../../src/plan/make_plan.ts";
import type { Plan, PlanInput, PlannedChange } from "../../src/plan/plan.ts";
import { needsLoading } from "../../src/plan/match.ts";
import { shareTransaction } from "../../src/plan/share_transaction.ts";
import { makeUndoPlan, neededForUndo, selectUndone } from "../../src/plan/undo_plan.ts";
import type { Problem } from "../../src/report.ts";
import { draft, runDraft, sealLog } from "../fixtures/log.ts";
import { inputOf, type LocalFile } from "../fixtures/planned.ts";
import * as arbitrary from "./arbitraries.ts";
import { baselinePlainly, type PlainMarkPlan, repairPlainly } from "./plain_marks.ts";
import { type PlainPlan, planPlainly, planUndoPlainly } from "./plain_plan.ts";
import { checksumOf, fileNameOf, foldPlainly, keyOf, type PlainFile, type Settings, type Text } from "./plain_world.ts";

const RUNS = { numRuns: 1_500 };
const FEWER_RUNS = { numRuns: 700 };

/** Where a change, and the step before it, may go from each state. */
const NEXT: Readonly<Record<Exclude<EntryType, "RUN">, Readonly<Record<string, readonly ChangeState[]>>>> = {
  EXECUTION: {
    nothing: ["EXECUTED", "STARTED", "FAILED", "ROLLED_BACK"],
    STARTED: ["EXECUTED", "ROLLED_BACK", "ROLLBACK_FAILED"],
    EXECUTED: ["EXECUTED", "STARTED", "FAILED", "ROLLED_BACK"],
    FAILED: ["EXECUTED", "STARTED", "FAILED", "ROLLED_BACK"],
    ROLLED_BACK: ["EXECUTED", "STARTED", "FAILED"],
    ROLLBACK_FAILED: ["EXECUTED", "ROLLED_BACK"],
  },
  BEFORE_EXECUTION: {
    nothing: ["STARTED", "EXECUTED", "ROLLED_BACK"],
    STARTED: ["EXECUTED", "ROLLED_BACK", "ROLLBACK_FAILED"],
    EXECUTED: ["STARTED", "ROLLED_BACK"],
    ROLLED_BACK: ["STARTED"],
    ROLLBACK_FAILED: ["EXECUTED", "ROLLED_BACK"],
  },
};

/** One thing that happened: mostly that a change was executed. */
interface Happening {
  readonly place: number;
  readonly otherOrder: string | null;
  readonly type: "RUN" | "EXECUTION" | "BEFORE_EXECUTION" | "IGNORED";
  /** Which of the states that it may go to. */
  readonly choice: number;
}

const USUAL = ["EXECUTION", "EXECUTION", "BEFORE_EXECUTION"] as const;

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({
    place: arbitrary.places,
    otherOrder: arbitrary.otherOrders,
    type: fc.constantFrom<Happening["type"]>(...USUAL, ...USUAL, "BEFORE_EXECUTION", "RUN", "IGNORED"),
    choice: fc.constantFrom(0, 0, 0, 1, 1, 2, 3),
  }),
  { maxLength: 16 },
);

/** Writes down what happened as legal steps from state to state. */
function writeDown(shelf: readonly Text[], happened: readonly Happening[]): EntryDraft[] {
  const states = new Map<string, ChangeState>();
  return happened.map(({ place, otherOrder, type, choice }) => {
    if (type === "RUN") return runDraft();
    const file = arbitrary.placed(shelf, place, otherOrder);
    const said = entryOf(file);
    if (type === "IGNORED") return { ...said, type: "EXECUTION", state: "IGNORED" };
    const key = `${type} ${keyOf(file.text)}`;
    const next = NEXT[type][states.get(key) ?? "nothing"] ?? [];
    const state = next[choice % next.length] ?? "EXECUTED";
    states.set(key, state);
    return { ...said, type, state };
  });
}

function entryOf(file: PlainFile): EntryDraft {
  const { text: { id, author, again }, order } = file;
  const runAlways = again === "always";
  return draft({ changeId: id, author, order, file: fileNameOf(file), checksum: checksumOf(file.text), runAlways });
}

function toLocalFile(file: PlainFile): LocalFile {
  const { text, order } = file;
  const { id, author, transactional, failFast, again, outOfOrder, profiles, systemVersion } = text;
  const says = {
    ...{ author, transactional, failFast, outOfOrder, profiles, systemVersion },
    runAlways: again === "always",
    runOnChange: again === "on change",
    ...(text.reversible ? {} : { rollbackExecution: null, irreversible: "the data is gone" }),
    ...(text.hasBefore ? { beforeExecution: () => {}, rollbackBeforeExecution: () => {} } : {}),
  };
  return { order, id, file: fileNameOf(file), checksum: checksumOf(text), author: null, says };
}

/** A folder, a history and settings. */
const situations = arbitrary.shelves.chain((shelf) =>
  fc.tuple(arbitrary.folders(shelf), happenings, arbitrary.settings).map(([files, happened, settings]) => ({
    files,
    drafts: writeDown(shelf, happened),
    settings,
    toString: () => JSON.stringify({ files, happened, settings }),
  }))
);

/** The same as plan and model see it; what is loaded is what the runner would load. */
async function prepare(
  { files, drafts, settings }: { files: readonly PlainFile[]; drafts: readonly EntryDraft[]; settings: Settings },
  loads: (history: History, listed: readonly LocalFile[]) => readonly LocalFile[],
): Promise<{ input: PlanInput; entries: readonly ChangeEntry[] }> {
  const entries = await sealLog(drafts);
  const history = extendHistory(EMPTY_HISTORY, entries);
  const listed = files.map(toLocalFile);
  const loaded = new Set(loads(history, listed));
  const { rules, supported, strategy } = settings;
  return { input: inputOf(listed, history, { rules, supported, strategy }, (each) => loaded.has(each)), entries };
}

function needed(history: History, listed: readonly LocalFile[]): readonly LocalFile[] {
  return listed.filter((each) => needsLoading(each, history));
}

function told({ code, severity }: Problem): string {
  return `${code} ${severity}`;
}

function toldChange({ order, id, author, decision }: Pick<PlannedChange, "order" | "id" | "author" | "decision">) {
  return `${order} ${id} by ${author}: ${decision}`;
}

function assertAgree({ changes, steps, problems }: Plan<Plan["steps"][number]>, plain: PlainPlan): void {
  assertEquals(changes.map(toldChange).toSorted(), plain.changes.map(toldChange).toSorted());
  assertEquals(problems.map(told).toSorted(), plain.problems.toSorted());
  assertEquals(
    steps.map(({ unit, transactional }) => [unit.file, transactional]),
    plain.steps.map(({ file, transactional }) => [fileNameOf(file), transactional]),
  );
}

Deno.test("extendHistory() says what a look at all entries at once says, wherever a history is cut in two", async () => {
  const property = fc.asyncProperty(situations, fc.nat(), async ({ drafts }, cut) => {
    const entries = await sealLog(drafts);
    const at = cut % (entries.length + 1);
    const history = extendHistory(extendHistory(EMPTY_HISTORY, entries.slice(0, at)), entries.slice(at));
    const told = [...history.changes.values()].map((known) => {
      const { id, author, execution, before, order, file, checksum, runAlways, last } = known;
      const place = known.stands || before === "EXECUTED" ? known.executedSince : 0;
      const stands = known.stands;
      return { id, author, execution, before, order, file, checksum, runAlways, stands, place, last: last.checksum };
    });
    const plainly = [...foldPlainly(entries).values()].map(({ since, lastChecksum, ...known }) => {
      return { ...known, stands: since > 0, last: lastChecksum };
    });
    assertEquals(told, plainly);
    assertEquals(history.end.seq, entries.length);
  });
  await fc.assert(property, FEWER_RUNS);
});

Deno.test("makePlan() decides as a plain model does", async () => {
  const property = fc.asyncProperty(situations, arbitrary.limits, async (situation, limit) => {
    const { input, entries } = await prepare(situation, needed);
    const { files, settings } = situation;
    const plan = shareTransaction(limitPlan(makePlan(input), limit, input.source), settings.strategy);
    const plain = planPlainly(files, foldPlainly(entries), settings, limit);
    assertAgree(plan, plain);
    for (const [index, { recover, runsBefore }] of plan.steps.entries()) {
      const { execution, before } = plain.steps[index]?.known ?? {};
      const open = [execution, before].map((state) => state === "STARTED");
      assertEquals([recover.includes("EXECUTION"), recover.includes("BEFORE_EXECUTION")], open);
      const stands = before === "EXECUTED" && execution !== "EXECUTED";
      assertEquals(runsBefore, plain.steps[index]?.file.text.hasBefore === true && !stands);
    }
  });
  await fc.assert(property, RUNS);
});

Deno.test("makePlan() decides the same, whatever else is loaded and in which order it is listed", async () => {
  const property = fc.asyncProperty(situations, fc.infiniteStream(fc.nat()), async (situation, numbers) => {
    const [plan, other] = [
      makePlan((await prepare(situation, needed)).input),
      makePlan((await prepare({ ...situation, files: shuffle(situation.files, numbers) }, (_, all) => all)).input),
    ];
    assertEquals(other.changes.map(toldChange).toSorted(), plan.changes.map(toldChange).toSorted());
    assertEquals(other.problems.map(told).toSorted(), plan.problems.map(told).toSorted());
  });
  await fc.assert(property, FEWER_RUNS);
});

function shuffle<Value>(values: readonly Value[], numbers: IterableIterator<number>): Value[] {
  return values.map((value) => ({ value, by: numbers.next().value ?? 0 })).toSorted((left, right) => left.by - right.by)
    .map(({ value }) => value);
}

Deno.test("makeUndoPlan() decides as a plain model does", async () => {
  const property = fc.asyncProperty(situations, arbitrary.undoTargets, async (situation, target) => {
    const { files, settings } = situation;
    // Which of two files with the same identity is meant, nobody can say.
    fc.pre(new Set(files.map(({ text }) => keyOf(text))).size === files.length);
    const { input, entries } = await prepare(
      situation,
      (history, listed) => neededForUndo(listed, selectUndone(history, target)) as LocalFile[],
    );
    const plan = makeUndoPlan(input, target);
    const plain = planUndoPlainly(files, foldPlainly(entries), settings, target);
    assertAgree(plan as unknown as Plan, plain);
    for (const [index, { rollsBack }] of plan.steps.entries()) {
      const { since = 0, before } = plain.steps[index]?.known ?? {};
      const left = [...(since > 0 ? ["EXECUTION"] : []), ...(before === "EXECUTED" ? ["BEFORE_EXECUTION"] : [])];
      assertEquals<string[]>([...rollsBack], left);
    }
  });
  await fc.assert(property, RUNS);
});

function toldMarks({ steps, problems }: Plan<MarkStep>): PlainMarkPlan {
  return {
    marks: steps.map(({ unit, marks }) => {
      const { id, author, order, file, checksum, runAlways } = unit;
      const told = marks.map(({ type, state }) => `${type === "EXECUTION" ? "" : "<"}${state}`);
      return { id, author, order, file, checksum, runAlways, marks: told };
    }),
    problems: problems.map(told).toSorted(),
  };
}

Deno.test("makeRepairPlan() records what a plain model does", async () => {
  const property = fc.asyncProperty(situations, arbitrary.repairs, async (situation, requests) => {
    fc.pre(new Set(situation.files.map(({ text }) => keyOf(text))).size === situation.files.length);
    const { input, entries } = await prepare(situation, (_, all) => all);
    const { marks, problems } = repairPlainly(situation.files, foldPlainly(entries), requests);
    assertEquals(toldMarks(makeRepairPlan(input, requests)), { marks, problems: problems.toSorted() });
  });
  await fc.assert(property, RUNS);
});

Deno.test("makeBaselinePlan() records what a plain model does", async () => {
  const property = fc.asyncProperty(situations, arbitrary.anyId, async (situation, to) => {
    const { input, entries } = await prepare(situation, needed);
    const { marks, problems } = baselinePlainly(situation.files, foldPlainly(entries), to);
    assertEquals(toldMarks(makeBaselinePlan(input, to)), { marks, problems: problems.toSorted() });
  });
  await fc.assert(property, FEWER_RUNS);
});
