import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LoadedChangeUnit } from "../../src/change_unit/change_unit.ts";
import { makeUndoPlan, neededForUndo, selectUndone, type UndoTarget } from "../../src/plan/undo_plan.ts";
import type { ProblemCode } from "../../src/report.ts";
import { historyOf } from "../fixtures/log.ts";
import { decisions, entriesOf, entryOf, file, inputOf, onlyProblem, type PlanSettings } from "../fixtures/planned.ts";

const names = ["1_a.ts", "2_b.ts", "3_c.ts"];
const files = names.map((name) => file(name));

/** Executed in the order c, a, b. */
const executed = [entryOf("3_c.ts"), entryOf("1_a.ts"), entryOf("2_b.ts")];

const targets: [target: UndoTarget, undone: string[]][] = [
  [{ all: true }, ["b", "a", "c"]],
  [{ count: 1 }, ["b"]],
  [{ count: 2 }, ["b", "a"]],
  [{ count: 99 }, ["b", "a", "c"]],
  [{ count: 0 }, []],
  [{ to: "b" }, ["b"]],
  [{ to: "a" }, ["b", "a"]],
  [{ to: "c" }, ["b", "a", "c"]],
];

for (const [target, undone] of targets) {
  Deno.test(`makeUndoPlan() with ${JSON.stringify(target)} undoes [${undone.join(", ")}], newest execution first`, async () => {
    const { changes, steps, problems } = makeUndoPlan(inputOf(files, await historyOf(...executed)), target);
    assertEquals(steps.map(({ unit }) => unit.id), undone);
    assertEquals(changes.map(({ id, decision }) => [id, decision]), undone.map((id) => [id, "run"]));
    assertEquals(problems, []);
  });
}

Deno.test("selectUndone() goes by when a change unit came to be executed, not by its later runs", async () => {
  const always = { runAlways: true };
  const history = await historyOf(entryOf("1_a.ts", always), entryOf("2_b.ts"), entryOf("1_a.ts", always));
  assertEquals(selectUndone(history, {}).map(({ id }) => id), ["b", "a"]);
  const again = await historyOf(
    entryOf("1_a.ts"),
    entryOf("2_b.ts"),
    entryOf("1_a.ts", { state: "ROLLED_BACK" }),
    entryOf("1_a.ts"),
  );
  assertEquals(selectUndone(again, {}).map(({ id }) => id), ["a", "b"]);
});

Deno.test("selectUndone() passes over what is not executed", async () => {
  const told = [
    "FAILED",
    "STARTED",
    "EXECUTED ROLLED_BACK",
    "STARTED ROLLBACK_FAILED",
    "<STARTED <EXECUTED",
    "IGNORED",
  ];
  const entries = told.flatMap((each, index) => entriesOf(`${index + 1}_unit${index + 1}.ts`, each));
  assertEquals(selectUndone(await historyOf(...entries), {}), []);
});

Deno.test("neededForUndo() asks for the file that several change units share, whatever that is called", async () => {
  const history = await historyOf(entryOf("2_b.ts", { changeId: "of b", order: "2.1" }));
  assertEquals(neededForUndo(files, selectUndone(history, {})).map(({ file }) => file), ["2_b.ts"]);
});

Deno.test("neededForUndo() asks only for files with the ids of what is to be undone", async () => {
  const history = await historyOf(...executed);
  assertEquals(neededForUndo(files, selectUndone(history, { to: "a" })).map(({ file }) => file), ["1_a.ts", "2_b.ts"]);
});

const refusals: [
  what: string,
  says: Partial<LoadedChangeUnit> | undefined,
  settings: PlanSettings,
  code: ProblemCode,
  part: string,
][] = [
  [
    "irreversible",
    { rollbackExecution: null, irreversible: "data is gone" },
    {},
    "CHANGE_IRREVERSIBLE",
    "data is gone",
  ],
  ["missing", undefined, {}, "CHANGE_MISSING", '"1_a.ts"'],
  ["edited", { checksum: "sha256:edited" }, {}, "CHANGE_EDITED", "sha256:edited"],
  [
    "not transactional, with one transaction for all",
    { transactional: false },
    { strategy: "run" },
    "TRANSACTION_NOT_SHARED",
    '"1_a.ts"',
  ],
  [
    "transactional on a database without transactions",
    {},
    { supported: false },
    "TRANSACTIONS_UNSUPPORTED",
    '"1_a.ts"',
  ],
];

for (const [what, says, settings, code, part] of refusals) {
  Deno.test(`makeUndoPlan() refuses to undo a change unit that is ${what}`, async () => {
    // The others are as they must be for this case.
    const other: Partial<LoadedChangeUnit> = settings.supported === false ? { transactional: false } : {};
    const local = [...(says === undefined ? [] : [file("1_a.ts", says)]), file("2_b.ts", other), file("3_c.ts", other)];
    const decided = makeUndoPlan(inputOf(local, await historyOf(...executed), settings), { all: true });
    const problem = onlyProblem(decided);
    assertEquals([problem.code, problem.severity], [code, "error"]);
    assertStringIncludes(problem.message, part);
    assertEquals(decisions(decided)["1_a.ts"], "stop");
    assertEquals(makeUndoPlan(inputOf(local, await historyOf(...executed), settings), { to: "b" }).problems, []);
  });
}

Deno.test("makeUndoPlan() undoes an edited change unit with the rule to warn, and warns", async () => {
  const edited = file("1_a.ts", { checksum: "sha256:edited" });
  const decided = makeUndoPlan(inputOf([edited], await historyOf(entryOf("1_a.ts")), { rules: { edited: "warn" } }), {
    all: true,
  });
  assertEquals(decided.problems.map(({ code, severity }) => [code, severity]), [["CHANGE_EDITED", "warning"]]);
  assertEquals(decided.steps.length, 1);
});

for (const [told, code] of [["STARTED", "CHANGE_INTERRUPTED"], ["STARTED ROLLBACK_FAILED", "CHANGE_ROLLBACK_FAILED"]]) {
  Deno.test(`makeUndoPlan() undoes nothing over a change unit that is ${told?.split(" ").at(-1)}`, async () => {
    const history = await historyOf(entryOf("1_a.ts"), ...entriesOf("2_b.ts", told ?? ""));
    const problem = onlyProblem(makeUndoPlan(inputOf(files, history), { count: 1 }));
    assertEquals<unknown>([problem.code, problem.severity], [code, "error"]);
  });
}

Deno.test("makeUndoPlan() refuses a target that has not been executed", async () => {
  for (const to of ["nowhere", "c"]) {
    const problem = onlyProblem(makeUndoPlan(inputOf(files, await historyOf(entryOf("1_a.ts"))), { to }));
    assertEquals(problem.code, "TARGET_UNKNOWN");
    assertStringIncludes(problem.message, `"${to}"`);
  }
});

const steps: [
  what: string,
  says: Partial<LoadedChangeUnit>,
  told: string,
  transactional: boolean,
  rollsBackBefore: boolean,
][] = [
  ["without a before step", {}, "EXECUTED", true, false],
  ["without a transaction", { transactional: false }, "STARTED EXECUTED", false, false],
  ["with a before step that stands", {}, "<STARTED <EXECUTED EXECUTED", true, true],
  ["with a before step that was rolled back", {}, "EXECUTED <STARTED <ROLLED_BACK", true, false],
];

for (const [what, says, told, transactional, rollsBackBefore] of steps) {
  Deno.test(`makeUndoPlan() knows how to undo a change unit ${what}`, async () => {
    const local = file("1_a.ts", { ...says, beforeExecution: () => {}, rollbackBeforeExecution: () => {} });
    const [step] = makeUndoPlan(inputOf([local], await historyOf(...entriesOf("1_a.ts", told))), { all: true }).steps;
    assertEquals([step?.transactional, step?.rollsBackBefore], [transactional, rollsBackBefore]);
  });
}
