import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Problem, ProblemCode } from "../../src/report.ts";
import type { PlanRules } from "../../src/plan/plan_rules.ts";
import { historyOf, runDraft } from "../fixtures/log.ts";
import { decisions, entryOf, file, onlyProblem, plan } from "../fixtures/planned.ts";

Deno.test("makePlan() has nothing to do with nothing", async () => {
  assertEquals(plan([], await historyOf()), { changes: [], steps: [], problems: [] });
});

Deno.test("makePlan() puts change units into order, whichever way the source lists them", async () => {
  const files = ["10_d.ts", "2_c.ts", "1.10_b.ts", "1.9_a.ts"].map((name) => file(name));
  const { changes, steps } = plan(files, await historyOf());
  assertEquals(changes.map(({ id }) => id), ["a", "b", "c", "d"]);
  assertEquals(steps.map(({ unit }) => unit.id), ["a", "b", "c", "d"]);
});

Deno.test("makePlan() tells the state, the time and the duration of what the history has", async () => {
  const history = await historyOf(runDraft(), entryOf("1_a.ts"), entryOf("2_b.ts", { state: "FAILED" }));
  const { changes } = plan([file("1_a.ts"), file("2_b.ts"), file("3_c.ts")], history);
  const executed = { author: "ann", timestamp: "2026-11-22T09:30:00.000Z", executionMillis: 12 };
  assertEquals(changes, [
    { ...executed, id: "a", order: "1", file: "1_a.ts", state: "EXECUTED", decision: "done", reason: "executed" },
    { ...executed, id: "b", order: "2", file: "2_b.ts", state: "FAILED", decision: "run", reason: "it failed before" },
    {
      id: "c",
      author: "ann",
      order: "3",
      file: "3_c.ts",
      state: "PENDING",
      timestamp: null,
      executionMillis: null,
      decision: "run",
      reason: "pending",
    },
  ]);
});

Deno.test("makePlan() recognises a file that was renumbered, and shows it where it stands now", async () => {
  const { changes, steps, problems } = plan([file("7_a.ts")], await historyOf(entryOf("1_a.ts")));
  assertEquals([steps, problems], [[], []]);
  assertEquals(changes.map(({ order, file, decision }) => [order, file, decision]), [["7", "7_a.ts", "done"]]);
});

Deno.test("makePlan() goes by where a renumbered file stands now when it looks for what is out of order", async () => {
  const history = await historyOf(entryOf("9_a.ts"));
  assertEquals(plan([file("1_a.ts"), file("5_b.ts")], history).problems, []);
  assertEquals(onlyProblem(plan([file("9_a.ts"), file("5_b.ts")], history)).code, "CHANGE_OUT_OF_ORDER");
});

Deno.test("makePlan() names the newest executed change unit when one is out of order", async () => {
  const history = await historyOf(entryOf("2_b.ts"), entryOf("10_d.ts"), entryOf("3_c.ts"));
  const problem = onlyProblem(plan([file("1_a.ts"), file("2_b.ts"), file("3_c.ts"), file("10_d.ts")], history));
  assertEquals([problem.code, problem.files], ["CHANGE_OUT_OF_ORDER", ["1_a.ts", "10_d.ts"]]);
});

Deno.test("makePlan() takes a file whose id was changed for another one, and misses the first", async () => {
  const decided = plan(
    [file("1_people.ts"), file("2_b.ts")],
    await historyOf(entryOf("1_users.ts"), entryOf("2_b.ts")),
  );
  assertEquals(decisions(decided), { "1_people.ts": "stop", "1_users.ts": "missing", "2_b.ts": "done" });
  assertEquals(decided.problems.map(({ code }) => code), ["CHANGE_OUT_OF_ORDER", "CHANGE_MISSING"]);
});

Deno.test("makePlan() takes the same id by another author for another change unit", async () => {
  const bobs = file("2_a.ts", { author: "bob", checksum: "sha256:bob" });
  const decided = plan([file("1_a.ts"), bobs], await historyOf(entryOf("1_a.ts")));
  assertEquals(decided.problems, []);
  assertEquals(decided.steps.map(({ unit }) => unit.author), ["bob"]);
});

Deno.test("makePlan() stops when the author of an executed file was changed, instead of running it again", async () => {
  const { problems } = plan(
    [file("1_a.ts", { author: "bob", checksum: "sha256:bob" })],
    await historyOf(entryOf("1_a.ts")),
  );
  assertEquals(problems.map(({ code, severity }) => [code, severity]), [["CHANGE_MISSING", "error"]]);
});

const duplicates: [what: string, names: string[], code: ProblemCode, files: string[]][] = [
  ["the same order", ["1_a.ts", "1_b.ts"], "DUPLICATE_ORDER", ["1_a.ts", "1_b.ts"]],
  ["the same order in other digits", ["2_x.ts", "01.1_a.ts", "1.01_b.ts"], "DUPLICATE_ORDER", [
    "01.1_a.ts",
    "1.01_b.ts",
  ]],
  ["the same identity", ["1_a.ts", "3_a.ts", "2_b.ts"], "DUPLICATE_IDENTITY", ["1_a.ts", "3_a.ts"]],
];

for (const [what, names, code, files] of duplicates) {
  Deno.test(`makePlan() stops at two files with ${what}, and names both`, async () => {
    const problem = onlyProblem(plan(names.map((name) => file(name)), await historyOf()));
    assertEquals([problem.code, problem.severity, problem.files], [code, "error", files]);
    for (const name of files) assertStringIncludes(problem.message, name);
  });
}

Deno.test("makePlan() finds a copy of an executed file, which it need not load", async () => {
  const { problems } = plan([file("1_a.ts"), file("2_a.ts")], await historyOf(entryOf("1_a.ts")));
  assertEquals(problems.map(({ code, files }) => [code, files]), [["DUPLICATE_IDENTITY", ["1_a.ts", "2_a.ts"]]]);
});

Deno.test("makePlan() names each of three files with the same order", async () => {
  const { problems } = plan([file("1_a.ts"), file("1_b.ts"), file("1_c.ts")], await historyOf());
  assertEquals(new Set(problems.flatMap(({ files }) => files)), new Set(["1_a.ts", "1_b.ts", "1_c.ts"]));
});

const executed = ["1_a.ts", "2_b.ts", "3_c.ts"];
const missingCases: [
  what: string,
  present: string[],
  rules: Partial<PlanRules>,
  expected: [ProblemCode, Problem["severity"], string][],
][] = [
  ["in the middle", ["1_a.ts", "3_c.ts"], {}, [["CHANGE_MISSING", "error", "2_b.ts"]]],
  ["at the beginning", ["2_b.ts", "3_c.ts"], {}, [["CHANGE_MISSING", "error", "1_a.ts"]]],
  ["in the middle, warned of", ["1_a.ts", "3_c.ts"], { missing: "warn" }, [["CHANGE_MISSING", "warning", "2_b.ts"]]],
  ["at the end", ["1_a.ts", "2_b.ts"], {}, [["CHANGE_MISSING_NEWER", "warning", "3_c.ts"]]],
  ["at the end, with the rule to stop", ["1_a.ts", "2_b.ts"], { missingNewer: "stop" }, [
    ["CHANGE_MISSING_NEWER", "error", "3_c.ts"],
  ]],
  ["in the middle and at the end", ["2_b.ts"], {}, [
    ["CHANGE_MISSING", "error", "1_a.ts"],
    ["CHANGE_MISSING_NEWER", "warning", "3_c.ts"],
  ]],
  ["everywhere: the folder is empty", [], {}, executed.map((name) => ["CHANGE_MISSING", "error", name])],
  ["everywhere, warned of", [], { missing: "warn" }, executed.map((name) => ["CHANGE_MISSING", "warning", name])],
];

for (const [what, present, rules, expected] of missingCases) {
  Deno.test(`makePlan() notices an executed file that is missing ${what}`, async () => {
    const history = await historyOf(...executed.map((name) => entryOf(name)));
    const decided = plan(present.map((name) => file(name)), history, { rules });
    assertEquals(decided.problems.map(({ code, severity, files }) => [code, severity, files.join()]), expected);
    for (const name of executed) assertEquals(decisions(decided)[name], present.includes(name) ? "done" : "missing");
    assertEquals(decided.changes.map(({ order }) => order), ["1", "2", "3"]);
  });
}

for (const state of ["FAILED", "ROLLED_BACK", "IGNORED"] as const) {
  Deno.test(`makePlan() does not miss a file whose last state is ${state}: nothing of it is there`, async () => {
    const history = await historyOf(entryOf("1_a.ts"), entryOf("2_b.ts", { state }));
    assertEquals(plan([file("1_a.ts"), file("3_c.ts")], history).problems, []);
  });
}

for (const type of ["EXECUTION", "BEFORE_EXECUTION"] as const) {
  for (const states of [["STARTED"], ["STARTED", "ROLLBACK_FAILED"]] as const) {
    Deno.test(`makePlan() stops when the file of an ${type} in state ${states.at(-1)} is missing`, async () => {
      const history = await historyOf(...states.map((state) => entryOf("2_b.ts", { type, state })));
      const problem = onlyProblem(plan([file("1_a.ts"), file("3_c.ts")], history));
      assertEquals([problem.severity, problem.files], ["error", ["2_b.ts"]]);
      assertStringIncludes(problem.message, "its file is not in ./migrations");
      assertEquals(problem.message.includes("never ended"), states.at(-1) === "STARTED", problem.message);
    });
  }
}

Deno.test("makePlan() passes on what listing and loading found wrong, and stops at what cannot be loaded", async () => {
  const found: Problem = {
    code: "CHANGE_UNIT_INVALID",
    severity: "error",
    message: "no",
    remedies: [],
    files: ["2_b.ts"],
  };
  const history = await historyOf(entryOf("1_a.ts"), entryOf("2_b.ts"));
  const broken = file("2_b.ts", { checksum: "sha256:broken" });
  const decided = plan([file("1_a.ts"), broken], history, { found: [found], unloadable: ["2_b.ts"] });
  assertEquals(decided.problems, [found]);
  assertEquals(decisions(decided), { "1_a.ts": "done", "2_b.ts": "stop" });
});

Deno.test("makePlan() misses nothing that came from a file which cannot be loaded now", async () => {
  const history = await historyOf(
    entryOf("2_b.ts", { changeId: "of b", order: "2.1" }),
    entryOf("2_b.ts", { changeId: "also of b", order: "2.2" }),
  );
  const decided = plan([file("2_b.ts")], history, { unloadable: ["2_b.ts"] });
  assertEquals(decided.problems, []);
  assertEquals(decisions(decided), { "2_b.ts": "stop" });
});
