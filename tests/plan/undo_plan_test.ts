import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LoadedChangeUnit } from "../../src/change_unit/change_unit.ts";
import { makeUndoPlan, neededForUndo, selectUndone, type UndoStep, type UndoTarget } from "../../src/plan/undo_plan.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
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

Deno.test("selectUndone() passes over that of which nothing stands", async () => {
  const told = [
    "FAILED",
    "STARTED",
    "EXECUTED ROLLED_BACK",
    "STARTED ROLLBACK_FAILED",
    "<STARTED",
    "<STARTED <EXECUTED FAILED <STARTED <ROLLED_BACK",
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

Deno.test("makeUndoPlan() offers no rule where the file is missing, because nothing else has its rollback", async () => {
  const local = [file("2_b.ts"), file("3_c.ts")];
  const input = inputOf(local, await historyOf(...executed), { rules: { missing: "warn" } });
  const problem = onlyProblem(makeUndoPlan(input, { all: true }));
  assertEquals([problem.code, problem.severity], ["CHANGE_MISSING", "error"]);
  assertEquals(problem.remedies.filter((remedy) => remedy.includes("rule")), []);
  assertStringIncludes(problem.remedies.join(), "Put the file back");
});

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
  rollsBack: UndoStep["rollsBack"],
][] = [
  ["without a before step", {}, "EXECUTED", true, ["EXECUTION"]],
  ["without a transaction", { transactional: false }, "STARTED EXECUTED", false, ["EXECUTION"]],
  ["with a before step that stands", {}, "<STARTED <EXECUTED EXECUTED", true, ["EXECUTION", "BEFORE_EXECUTION"]],
  ["with a before step that was rolled back", {}, "EXECUTED <STARTED <ROLLED_BACK", true, ["EXECUTION"]],
  ["that got no further than its before step", {}, "<STARTED <EXECUTED", false, ["BEFORE_EXECUTION"]],
  ["that failed behind its before step", {}, "<STARTED <EXECUTED FAILED", false, ["BEFORE_EXECUTION"]],
  ["whose undo ended before its before step", {}, "<STARTED <EXECUTED EXECUTED ROLLED_BACK", false, [
    "BEFORE_EXECUTION",
  ]],
];

for (const [what, says, told, transactional, rollsBack] of steps) {
  Deno.test(`makeUndoPlan() knows how to undo a change unit ${what}`, async () => {
    const local = file("1_a.ts", { ...says, beforeExecution: () => {}, rollbackBeforeExecution: () => {} });
    const [step] = makeUndoPlan(inputOf([local], await historyOf(...entriesOf("1_a.ts", told))), { all: true }).steps;
    assertEquals([step?.transactional, step?.rollsBack], [transactional, rollsBack]);
  });
}

/** A change unit with a before step. */
const withBefore = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };

/** What got no further than its before step, between two change units that were executed. */
const between = [entryOf("1_a.ts"), ...entriesOf("2_b.ts", "<STARTED <EXECUTED"), entryOf("3_c.ts")];

for (
  const [target, undone] of [[{ count: 2 }, ["c", "b"]], [{ to: "b" }, ["c", "b"]], [{ count: 1 }, ["c"]]] as const
) {
  Deno.test(`makeUndoPlan() with ${JSON.stringify(target)} counts a before step that stands alone as one`, async () => {
    const local = [file("1_a.ts"), file("2_b.ts", withBefore), file("3_c.ts")];
    const { steps, problems } = makeUndoPlan(inputOf(local, await historyOf(...between)), target);
    assertEquals([steps.map(({ unit }) => unit.id), problems], [[...undone], []]);
  });
}

const places: [what: string, entries: EntryDraft[], undone: string[]][] = [
  ["where it came to stand", between, ["c", "b", "a"]],
  [
    "where its change was executed, also when that was rolled back",
    [
      ...entriesOf("2_b.ts", "<STARTED <EXECUTED"),
      entryOf("1_a.ts"),
      ...entriesOf("2_b.ts", "EXECUTED ROLLED_BACK"),
    ],
    ["b", "a"],
  ],
  [
    "where it came to stand the last time",
    [
      ...entriesOf("2_b.ts", "<STARTED <EXECUTED EXECUTED ROLLED_BACK <STARTED <ROLLED_BACK"),
      entryOf("1_a.ts"),
      ...entriesOf("2_b.ts", "<STARTED <EXECUTED"),
    ],
    ["b", "a"],
  ],
];

for (const [what, entries, undone] of places) {
  Deno.test(`selectUndone() gives a before step that stands alone its place ${what}`, async () => {
    assertEquals(selectUndone(await historyOf(...entries), {}).map(({ id }) => id), undone);
  });
}

const refusedBefore: [
  what: string,
  says: Partial<LoadedChangeUnit> | undefined,
  code: ProblemCode,
  message: string,
][] = [
  ["is missing", undefined, "CHANGE_MISSING", '"2_b.ts" has a before step that stands but is not in ./migrations'],
  ["was edited", { ...withBefore, checksum: "sha256:edited" }, "CHANGE_EDITED", '"2_b.ts" was edited while its before'],
  ["has lost what undoes it", {}, "CHANGE_IRREVERSIBLE", "it has no rollbackBeforeExecution any more"],
];

for (const [what, says, code, message] of refusedBefore) {
  Deno.test(`makeUndoPlan() refuses to roll back a before step that stands alone when its file ${what}`, async () => {
    const local = [file("1_a.ts"), ...(says === undefined ? [] : [file("2_b.ts", says)]), file("3_c.ts")];
    const decided = makeUndoPlan(inputOf(local, await historyOf(...between)), { all: true });
    const problem = onlyProblem(decided);
    assertEquals([problem.code, problem.severity], [code, "error"]);
    assertStringIncludes(problem.message, message);
    assertEquals(decided.changes.map(({ id, decision }) => [id, decision]), [["c", "run"], ["b", "stop"], [
      "a",
      "run",
    ]]);
  });
}

Deno.test("makeUndoPlan() rolls the before step of an edited file back with the rule to warn, and warns", async () => {
  const local = file("2_b.ts", { ...withBefore, checksum: "sha256:edited" });
  const input = inputOf([local], await historyOf(...entriesOf("2_b.ts", "<STARTED <EXECUTED")), {
    rules: { edited: "warn" },
  });
  const { steps, problems } = makeUndoPlan(input, { all: true });
  assertEquals(steps.map(({ rollsBack }) => rollsBack), [["BEFORE_EXECUTION"]]);
  assertEquals(problems.map(({ code, severity }) => [code, severity]), [["CHANGE_EDITED", "warning"]]);
});

const inNobodysWay: [what: string, says: Partial<LoadedChangeUnit>, settings: PlanSettings][] = [
  ["of an irreversible change", { rollbackExecution: null, irreversible: "data is gone" }, {}],
  ["on a database without transactions", {}, { supported: false }],
  ["with one transaction for all", { transactional: false }, { strategy: "run" }],
];

for (const [what, says, settings] of inNobodysWay) {
  Deno.test(`makeUndoPlan() rolls a before step back that stands alone, also ${what}`, async () => {
    const local = file("2_b.ts", { ...withBefore, ...says });
    const input = inputOf([local], await historyOf(...entriesOf("2_b.ts", "<STARTED <EXECUTED")), settings);
    const { changes, steps, problems } = makeUndoPlan(input, { all: true });
    assertEquals(problems, []);
    assertEquals(steps.map(({ rollsBack }) => rollsBack), [["BEFORE_EXECUTION"]]);
    assertEquals(changes.map(({ state, reason }) => [state, reason]), [["PENDING", "only its before step stands"]]);
  });
}

Deno.test("makeUndoPlan() refuses a change without a transaction beside a before step, with one for all", async () => {
  const local = [file("2_b.ts", withBefore), file("3_c.ts", { transactional: false })];
  const input = inputOf(local, await historyOf(...between.slice(1)), { strategy: "run" });
  const { changes, steps, problems } = makeUndoPlan(input, { all: true });
  assertEquals(problems.map(({ code }) => code), ["TRANSACTION_NOT_SHARED"]);
  assertEquals(steps.map(({ unit }) => unit.id), ["b"]);
  assertEquals(changes.map(({ decision }) => decision), ["stop", "run"]);
});

Deno.test("makeUndoPlan() refuses a SQL file on a database without SQL, and undoes it on one with SQL", async () => {
  const history = await historyOf(entryOf("1_a.sql"));
  const problem = onlyProblem(makeUndoPlan(inputOf([file("1_a.sql")], history), { all: true }));
  assertEquals([problem.code, problem.files], ["SQL_UNSUPPORTED", ["1_a.sql"]]);
  assertEquals(makeUndoPlan(inputOf([file("1_a.sql")], history, { runsSql: true }), { all: true }).steps.length, 1);
});

Deno.test("makeUndoPlan() says of a file that is there and cannot be loaded that it cannot", async () => {
  const input = inputOf(files, await historyOf(...executed), { unloadable: ["2_b.ts"] });
  const { changes } = makeUndoPlan(input, { count: 1 });
  assertEquals(changes.map(({ id, reason }) => [id, reason]), [["b", "it cannot be loaded"]]);
});
