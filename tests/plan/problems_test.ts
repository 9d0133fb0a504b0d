import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PlanError } from "../../src/errors.ts";
import { invalidChangeUnit, nameOf } from "../../src/plan/problems.ts";
import type { PlanRules } from "../../src/plan/plan_rules.ts";
import { historyOf } from "../fixtures/log.ts";
import { entriesOf, entryOf, file, onlyProblem, plan, type PlanSettings } from "../fixtures/planned.ts";

/** The problem of a folder against a history of executed files. */
async function problemOf(present: string[], executed: string[], settings: PlanSettings = {}) {
  const history = await historyOf(...executed.map((name) => entryOf(name)));
  return onlyProblem(plan(present.map((name) => file(name)), history, settings));
}

Deno.test("nameOf() calls a change unit by its file, and one from memory by order and id", () => {
  assertEquals(nameOf({ id: "a", order: "1", file: "1_a.ts" }), '"1_a.ts"');
  assertEquals(nameOf({ id: "a", order: "1", file: null }), '"1 a"');
});

for (const rule of ["stop", "warn"] as const) {
  Deno.test(`edited() names the file, both checksums and both remedies, with the rule to ${rule}`, async () => {
    const local = file("1_a.ts", { checksum: "sha256:local" });
    const history = await historyOf(entryOf("1_a.ts", { checksum: "sha256:stored" }));
    const problem = onlyProblem(plan([local], history, { rules: { edited: rule } }));
    assertEquals([problem.code, problem.files], ["CHANGE_EDITED", ["1_a.ts"]]);
    for (const part of ['"1_a.ts"', "sha256:local", "sha256:stored"]) assertStringIncludes(problem.message, part);
    assertEquals(problem.remedies.length, 2);
    assertStringIncludes(problem.remedies[0] ?? "", "Restore the file");
    assertStringIncludes(problem.remedies[1] ?? "", "denock repair --accept a");
  });
}

Deno.test("missing() names the file and the place, and three ways out", async () => {
  const problem = await problemOf(["2_b.ts"], ["1_a.ts", "2_b.ts"]);
  assertEquals(problem.message, '"1_a.ts" was executed but is not in ./migrations');
  const remedies = problem.remedies.join("\n");
  for (const part of ["Put the file back", "the right folder", 'missing: "warn"']) assertStringIncludes(remedies, part);
});

const newer: [rule: PlanRules["missingNewer"], remedies: string[]][] = [
  ["warn", []],
  ["stop", ["Start the newer release", 'Or go on, with the rule `missingNewer: "warn"`']],
];

for (const [missingNewer, remedies] of newer) {
  Deno.test(`missingNewer() has ${remedies.length} remedies with the rule to ${missingNewer}`, async () => {
    const problem = await problemOf(["1_a.ts"], ["1_a.ts", "2_b.ts"], { rules: { missingNewer } });
    assertStringIncludes(problem.message, '"2_b.ts" was executed by a newer release');
    assertEquals(problem.remedies, remedies);
  });
}

Deno.test("outOfOrder() names both files and the order behind which it may go", async () => {
  const problem = await problemOf(["1_a.ts", "2_b.ts"], ["2_b.ts"]);
  assertEquals(problem.message, '"1_a.ts" is pending but ordered before "2_b.ts", which was executed already');
  assertEquals(problem.files, ["1_a.ts", "2_b.ts"]);
  assertStringIncludes(problem.remedies[0] ?? "", "behind 2");
  assertStringIncludes(problem.remedies[1] ?? "", "outOfOrder");
});

Deno.test("transactionsUnsupported() names the file, the database and both ways out", async () => {
  const problem = await problemOf(["1_a.ts"], [], { supported: false });
  assertEquals(problem.message, '"1_a.ts" is transactional but memory has no transactions');
  assertStringIncludes(problem.remedies[0] ?? "", "transactional: false");
  assertStringIncludes(problem.remedies[1] ?? "", 'transactionStrategy: "none"');
});

Deno.test("duplicateIdentity() names both files, the id and the author", async () => {
  const problem = await problemOf(["1_a.ts", "2_a.ts"], []);
  assertEquals(problem.message, '"1_a.ts" and "2_a.ts" both have the id "a" and the author "ann"');
});

Deno.test("nameOf() adds the id where several change units share a file", () => {
  assertEquals(nameOf({ id: "second", order: "1.2", file: "1_a.ts" }), '"1_a.ts" (second)');
  assertEquals(nameOf({ id: "a", order: "1", file: "1_a.ts" }), '"1_a.ts"');
  assertEquals(nameOf({ id: "second", order: "1.2", file: null }), '"1.2 second"');
});

Deno.test("invalidChangeUnit() gives one violation on its line, and several on lines of their own", () => {
  const change = { id: "a", order: "1", file: "1_a.ts" };
  assertEquals(invalidChangeUnit(change, ["One"]).message, '"1_a.ts" is not a change unit: One');
  const { message } = invalidChangeUnit(change, ["One", "Two"]);
  assertEquals(message, '"1_a.ts" is not a change unit:\n    One\n    Two');
});

Deno.test("PlanError tells every error with its remedies, and keeps the warnings apart", async () => {
  const history = await historyOf(entryOf("1_a.ts"), entryOf("2_b.ts"), entryOf("9_z.ts"));
  const { problems } = plan([file("1_a.ts", { checksum: "sha256:edited" }), file("3_c.ts")], history);
  assertEquals(problems.map(({ code, severity }) => [code, severity]), [
    ["CHANGE_EDITED", "error"],
    ["CHANGE_OUT_OF_ORDER", "error"],
    ["CHANGE_MISSING", "error"],
    ["CHANGE_MISSING_NEWER", "warning"],
  ]);
  const error = new PlanError(problems);
  assertEquals([error.code, error.problems], ["PLAN_HAS_PROBLEMS", problems]);
  assertStringIncludes(error.message, "Nothing was run because the plan has 3 problems");
  for (const { severity, code, message, remedies } of problems) {
    const parts = [`${code}: ${message}`, ...remedies.map((remedy) => `  - ${remedy}`)];
    assert(parts.every((part) => error.message.includes(part) === (severity === "error")));
  }
});

Deno.test("sqlUnsupported() names the file and the database, where that has no SQL", async () => {
  const input = [file("1_a.sql")];
  const problem = onlyProblem(plan(input, await historyOf()));
  assertEquals([problem.code, problem.message], [
    "SQL_UNSUPPORTED",
    '"1_a.sql" is written in SQL, which memory does not run',
  ]);
  assertEquals(onlyProblem(plan(input, await historyOf(), { found: [problem], runsSql: true })), problem);
});

Deno.test("missing() and missingNewer() say of a before step that stands alone that it does", async () => {
  const history = await historyOf(...entriesOf("2_b.ts", "<STARTED <EXECUTED"));
  const cases = [
    ["1_a.ts", "CHANGE_MISSING_NEWER", '"2_b.ts" has a before step that was executed by a newer release: it is not in'],
    ["3_c.ts", "CHANGE_MISSING", '"2_b.ts" has a before step that stands but is not in ./migrations'],
  ] as const;
  for (const [present, code, message] of cases) {
    const planned = plan([file(present)], history);
    const problem = onlyProblem(planned);
    assertEquals(problem.code, code);
    assertStringIncludes(problem.message, message);
    assertEquals(planned.changes.find(({ id }) => id === "b")?.decision, "missing");
  }
});
