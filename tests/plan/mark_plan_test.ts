import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import { sealEntry } from "../../src/history/digest.ts";
import { extendHistory, type History } from "../../src/history/history.ts";
import { makeBaselinePlan, makeRepairPlan, type MarkStep, type RepairRequest } from "../../src/plan/mark_plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { draft, historyOf } from "../fixtures/log.ts";
import { entriesOf, entryOf, file, inputOf, onlyProblem } from "../fixtures/planned.ts";

const beforePair = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };

/** The states that a plan records, told as in `entriesOf`. */
function toldOf({ steps }: Plan<MarkStep>): string {
  return steps.flatMap(({ marks }) => marks)
    .map(({ type, state }) => `${type === "EXECUTION" ? "" : "<"}${state}`).join(" ");
}

/** Appends what a plan records, as the runner does; throws when the history does not take it. */
async function record(history: History, { steps }: Plan<MarkStep>): Promise<History> {
  let extended = history;
  for (const { unit, marks } of steps) {
    for (const { type, state } of marks) {
      const { id: changeId, author, order, file, checksum } = unit;
      const entry: EntryDraft = draft({ type, state, changeId, author, order, file, checksum, operation: "REPAIR" });
      extended = extendHistory(extended, [await sealEntry(entry, extended.end)]);
    }
  }
  return extended;
}

const repairs: [past: string, as: RepairRequest["as"], marks: string][] = [
  ["STARTED", "executed", "EXECUTED"],
  ["STARTED", "rolled back", "ROLLED_BACK"],
  ["STARTED ROLLBACK_FAILED", "executed", "EXECUTED"],
  ["STARTED ROLLBACK_FAILED", "rolled back", "ROLLED_BACK"],
  ["FAILED", "executed", "EXECUTED"],
  ["EXECUTED", "rolled back", "ROLLED_BACK"],
  ["EXECUTED ROLLED_BACK", "executed", "EXECUTED"],
  ["<STARTED", "executed", "<EXECUTED"],
  ["<STARTED", "rolled back", "<ROLLED_BACK"],
  ["<STARTED <ROLLBACK_FAILED", "rolled back", "<ROLLED_BACK"],
  ["<STARTED <EXECUTED FAILED <STARTED", "rolled back", "<ROLLED_BACK"],
  ["<STARTED <EXECUTED STARTED", "executed", "EXECUTED"],
  ["<STARTED <EXECUTED", "rolled back", "<ROLLED_BACK"],
  ["<STARTED <EXECUTED", "executed", "EXECUTED"],
  ["<STARTED <EXECUTED FAILED", "rolled back", "<ROLLED_BACK"],
  ["<STARTED <EXECUTED EXECUTED ROLLED_BACK", "rolled back", "<ROLLED_BACK"],
  ["<STARTED <EXECUTED EXECUTED FAILED", "rolled back", "ROLLED_BACK <ROLLED_BACK"],
];

for (const [past, as, marks] of repairs) {
  Deno.test(`makeRepairPlan() as ${as} after ${past} records ${marks}, and the history takes it`, async () => {
    const history = await historyOf(...entriesOf("1_a.ts", past));
    const repair = makeRepairPlan(inputOf([file("1_a.ts", beforePair)], history), [{ id: "a", as }]);
    assertEquals([toldOf(repair), repair.problems], [marks, []]);
    await record(history, repair);
  });
}

for (
  const past of [
    "<STARTED <EXECUTED STARTED",
    "<STARTED <EXECUTED STARTED ROLLBACK_FAILED",
    "<STARTED <EXECUTED EXECUTED",
  ]
) {
  Deno.test(`makeRepairPlan() as rolled back after ${past} leaves nothing of the before step either`, async () => {
    const history = await historyOf(...entriesOf("1_a.ts", past));
    const repair = makeRepairPlan(inputOf([file("1_a.ts", beforePair)], history), [{ id: "a", as: "rolled back" }]);
    const [known] = (await record(history, repair)).changes.values();
    assertEquals([known?.execution, known?.before], ["ROLLED_BACK", "ROLLED_BACK"]);
  });
}

const refused: [past: string, request: Partial<RepairRequest>, part: string][] = [
  ["", {}, "is not in the history"],
  ["EXECUTED", { id: "b" }, "is not in the history"],
  ["EXECUTED", { author: "bob" }, "is not in the history"],
  ["EXECUTED", { as: "executed" }, "it is EXECUTED already"],
  ["EXECUTED ROLLED_BACK", { as: "rolled back" }, "it is ROLLED_BACK already"],
  ["<STARTED <EXECUTED ROLLED_BACK <ROLLED_BACK", { as: "rolled back" }, "it is ROLLED_BACK already"],
  ["FAILED", { as: "accepted" }, "it is not executed but FAILED"],
  ["<STARTED", { as: "accepted" }, "it is not executed but pending"],
  ["EXECUTED", { as: "accepted" }, "it was not edited"],
];

for (const [past, request, part] of refused) {
  Deno.test(`makeRepairPlan() refuses ${JSON.stringify(request)} after ${past || "nothing"}`, async () => {
    const input = inputOf([file("1_a.ts")], await historyOf(...entriesOf("1_a.ts", past)));
    const repair = makeRepairPlan(input, [{ id: "a", as: "executed", ...request }]);
    const problem = onlyProblem(repair);
    assertEquals([problem.severity, repair.steps], ["error", []]);
    assertStringIncludes(problem.message, part);
  });
}

for (const as of ["executed", "rolled back", "accepted"] as const) {
  Deno.test(`makeRepairPlan() never breaks the history, also when the same change unit is named twice as ${as}`, async () => {
    const history = await historyOf(...entriesOf("1_a.ts", as === "accepted" ? "EXECUTED" : "STARTED"));
    const input = inputOf([file("1_a.ts", { checksum: "sha256:edited" })], history);
    const repair = makeRepairPlan(input, [{ id: "a", as }, { id: "a", author: "ann", as }]);
    if (repair.problems.length === 0) await record(history, repair);
    assert(repair.problems.length > 0 || repair.steps.length === 1, "it is refused, or recorded once");
  });
}

Deno.test("makeRepairPlan() accepts the file as it is now, where it is now", async () => {
  const input = inputOf([file("7_a.ts", { checksum: "sha256:edited" })], await historyOf(entryOf("1_a.ts")));
  const { steps: [step] } = makeRepairPlan(input, [{ id: "a", as: "accepted" }]);
  assert(step !== undefined);
  const { order, file: name, checksum, author } = step.unit;
  assertEquals([order, name, checksum, author], ["7", "7_a.ts", "sha256:edited", "ann"]);
});

Deno.test("makeRepairPlan() takes the file of the author who is named, not another one with the same id", async () => {
  const anns = file("1_a.ts", { checksum: "sha256:ann-edited" });
  const bobs = file("2_a.ts", { author: "bob", checksum: "sha256:bob-edited" });
  const history = await historyOf(entryOf("1_a.ts"), entryOf("2_a.ts", { author: "bob", checksum: "sha256:bob" }));
  const { steps, problems } = makeRepairPlan(inputOf([anns, bobs], history), [{
    id: "a",
    author: "bob",
    as: "accepted",
  }]);
  assertEquals(problems, []);
  assertEquals(steps.map(({ unit }) => [unit.author, unit.file, unit.checksum]), [[
    "bob",
    "2_a.ts",
    "sha256:bob-edited",
  ]]);
});

Deno.test("makeBaselinePlan() records all up to the target as executed, with their before steps", async () => {
  const files = [file("3_c.ts"), file("1_a.ts", beforePair), file("2_b.ts"), file("10_d.ts")];
  const history = await historyOf(entryOf("2_b.ts"));
  const baseline = makeBaselinePlan(inputOf(files, history), "c");
  assertEquals(baseline.steps.map(({ unit }) => unit.id), ["a", "c"]);
  assertEquals([toldOf(baseline), baseline.problems], ["<EXECUTED EXECUTED EXECUTED", []]);
  await record(history, baseline);
});

Deno.test("makeBaselinePlan() tries nothing on a change unit whose outcome nobody knows", async () => {
  for (const past of ["STARTED", "STARTED ROLLBACK_FAILED", "<STARTED"]) {
    const input = inputOf([file("1_a.ts", beforePair)], await historyOf(...entriesOf("1_a.ts", past)));
    assertStringIncludes(onlyProblem(makeBaselinePlan(input, "a")).message, "record its outcome");
  }
});

Deno.test("makeBaselinePlan() refuses a target that is not there", async () => {
  assertEquals(onlyProblem(makeBaselinePlan(inputOf([file("1_a.ts")], await historyOf()), "z")).code, "TARGET_UNKNOWN");
});

for (
  const [what, names, code] of [
    ["order", ["1_a.ts", "1_b.ts"], "DUPLICATE_ORDER"],
    ["identity", ["1_a.ts", "2_a.ts"], "DUPLICATE_IDENTITY"],
  ] as const
) {
  Deno.test(`makeBaselinePlan() stops at two files with the same ${what}`, async () => {
    const files = names.map((name) => file(name, beforePair));
    const { problems } = makeBaselinePlan(inputOf(files, await historyOf()), files[1]?.id ?? "");
    assertEquals(problems.map((problem) => problem.code), [code]);
  });
}

Deno.test("makeRepairPlan() takes the system version of what is undone from the history, and 0 where that has none", async () => {
  for (const [systemVersion, expected] of [["7", "7"], [null, "0"]] as const) {
    const history = await historyOf(entryOf("1_a.ts", { systemVersion }));
    const { steps: [step] } = makeRepairPlan(inputOf([], history), [{ id: "a", as: "rolled back" }]);
    assertEquals(step?.unit.systemVersion, expected);
  }
});

Deno.test("makeRepairPlan() accepts no file that is gone", async () => {
  const repair = makeRepairPlan(inputOf([], await historyOf(entryOf("1_a.ts"))), [{ id: "a", as: "accepted" }]);
  assertStringIncludes(onlyProblem(repair).message, "its file is missing or cannot be loaded");
});

Deno.test("makeBaselinePlan() leaves a before step as it stands", async () => {
  const history = await historyOf(...entriesOf("1_a.ts", "<STARTED <EXECUTED"));
  const baseline = makeBaselinePlan(inputOf([file("1_a.ts", beforePair)], history), "a");
  assertEquals([toldOf(baseline), baseline.problems], ["EXECUTED", []]);
  await record(history, baseline);
});
