import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LoadedChangeUnit } from "../../src/change_unit/change_unit.ts";
import type { PlanStep } from "../../src/plan/plan.ts";
import { historyOf } from "../fixtures/log.ts";
import { entriesOf, entryOf, file, onlyProblem, plan } from "../fixtures/planned.ts";

const beforePair = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };
const withBefore: Partial<LoadedChangeUnit> = { transactional: false, ...beforePair };
const irreversible = { rollbackExecution: null, irreversible: "data is gone" };

const runs: [
  what: string,
  says: Partial<LoadedChangeUnit>,
  told: string,
  expected: Pick<PlanStep, "recover" | "runsBefore">,
][] = [
  ["nothing has happened to it", {}, "", { recover: [], runsBefore: false }],
  ["nothing has happened to it and it has a before step", withBefore, "", { recover: [], runsBefore: true }],
  ["it was interrupted", { transactional: false }, "STARTED", { recover: ["EXECUTION"], runsBefore: false }],
  [
    "its before step was interrupted",
    withBefore,
    "<STARTED",
    { recover: ["BEFORE_EXECUTION"], runsBefore: true },
  ],
  ["only its before step has ended", withBefore, "<STARTED <EXECUTED", { recover: [], runsBefore: false }],
  [
    "it was interrupted after its before step",
    withBefore,
    "<STARTED <EXECUTED STARTED",
    { recover: ["EXECUTION"], runsBefore: false },
  ],
  [
    "it failed and its before step was rolled back",
    withBefore,
    "<STARTED <EXECUTED FAILED <STARTED <ROLLED_BACK",
    { recover: [], runsBefore: true },
  ],
  [
    "the rolling back of its before step was interrupted",
    withBefore,
    "<STARTED <EXECUTED FAILED <STARTED",
    { recover: ["BEFORE_EXECUTION"], runsBefore: true },
  ],
  [
    "it was recovered before",
    withBefore,
    "<STARTED <EXECUTED STARTED ROLLED_BACK <STARTED <ROLLED_BACK",
    { recover: [], runsBefore: true },
  ],
  [
    "it runs always and was executed with its before step",
    { ...withBefore, runAlways: true },
    "<STARTED <EXECUTED EXECUTED",
    { recover: [], runsBefore: true },
  ],
  [
    "it runs always and was interrupted in its second run",
    { ...withBefore, runAlways: true },
    "<STARTED <EXECUTED EXECUTED <STARTED <EXECUTED STARTED",
    { recover: ["EXECUTION"], runsBefore: false },
  ],
  [
    "it was executed and the before step of another run was interrupted",
    { ...withBefore, runAlways: true },
    "<STARTED <EXECUTED EXECUTED <STARTED",
    { recover: ["BEFORE_EXECUTION"], runsBefore: true },
  ],
  [
    "it was executed and the before step of another run was interrupted, though it runs only once now",
    withBefore,
    "<STARTED <EXECUTED EXECUTED <STARTED",
    { recover: ["BEFORE_EXECUTION"], runsBefore: true },
  ],
  [
    "it is irreversible and only its before step was interrupted",
    { ...withBefore, ...irreversible },
    "<STARTED",
    { recover: ["BEFORE_EXECUTION"], runsBefore: true },
  ],
];

for (const [what, says, told, expected] of runs) {
  Deno.test(`decide() knows what to roll back first and whether the before step runs when ${what}`, async () => {
    const runAlways = says.runAlways === true;
    const { steps, problems } = plan(
      [file("1_a.ts", says)],
      await historyOf(...entriesOf("1_a.ts", told, { runAlways })),
    );
    assertEquals(problems, []);
    assertEquals(steps.map(({ recover, runsBefore }) => ({ recover, runsBefore })), [expected]);
  });
}

Deno.test("decide() says that an interrupted change unit is rolled back and executed again", async () => {
  const { changes } = plan(
    [file("1_a.ts", { transactional: false })],
    await historyOf(...entriesOf("1_a.ts", "STARTED")),
  );
  assertEquals(changes.map(({ state, decision, reason }) => [state, decision, reason]), [
    ["STARTED", "run", "interrupted: it is rolled back, then executed again"],
  ]);
});

const stops: [what: string, says: Partial<LoadedChangeUnit>, told: string, message: string, remedy: string][] = [
  [
    "was interrupted and cannot be rolled back",
    { transactional: false, ...irreversible },
    "STARTED",
    '"1_a.ts" was begun on 2026-11-22T09:30:00.000Z by execution execution-1 on host-1 and never ended, ' +
    "and it cannot be rolled back (data is gone)",
    "Look at what it has changed",
  ],
  [
    "was interrupted and edited since",
    { transactional: false, checksum: "sha256:edited" },
    "STARTED",
    "its file was edited since",
    "Restore the file",
  ],
  [
    "was interrupted in its before step and edited since",
    { ...withBefore, checksum: "sha256:edited" },
    "<STARTED",
    'The before step of "1_a.ts" was begun',
    "Restore the file",
  ],
  [
    "was interrupted behind its before step and edited since",
    { ...withBefore, checksum: "sha256:edited" },
    "<STARTED <EXECUTED",
    "its file was edited since its before step was executed, which still stands",
    "--rolled-back a",
  ],
  [
    "was interrupted in a second run and edited since, although it may be edited",
    { transactional: false, runOnChange: true, checksum: "sha256:edited" },
    "EXECUTED STARTED",
    "its file was edited since",
    "Restore the file",
  ],
];

for (const [what, says, told, message, remedy] of stops) {
  Deno.test(`decide() stops at a change unit that ${what}`, async () => {
    const decided = plan([file("1_a.ts", says)], await historyOf(...entriesOf("1_a.ts", told)));
    const problem = onlyProblem(decided);
    assertEquals([problem.code, problem.severity], ["CHANGE_INTERRUPTED", "error"]);
    assertStringIncludes(problem.message, message);
    assertStringIncludes(problem.remedies.join("\n"), remedy);
    assertEquals(problem.files, ["1_a.ts"]);
    assertEquals(decided.changes.map(({ decision, reason }) => [decision, reason]), [["stop", "interrupted"]]);
    assertEquals(decided.steps, []);
  });
}

Deno.test("decide() stops at a before step that was interrupted and is not there any more", async () => {
  const history = await historyOf(...entriesOf("1_a.ts", "<STARTED", { checksum: null }));
  const problem = onlyProblem(plan([file("1_a.ts")], history));
  assertEquals(problem.code, "CHANGE_INTERRUPTED");
  assertStringIncludes(problem.message, "it has no rollbackBeforeExecution any more");
});

const error = { name: "TypeError", code: null, message: "no such collection" };
const failures: [what: string, says: Partial<LoadedChangeUnit>, told: string][] = [
  ["itself", { transactional: false }, "STARTED ROLLBACK_FAILED"],
  ["itself, in another run", { transactional: false, runAlways: true }, "EXECUTED STARTED ROLLBACK_FAILED"],
  ["itself, although it was edited since", { checksum: "sha256:edited" }, "STARTED ROLLBACK_FAILED"],
  ["itself, although its profile is not active", { profiles: ["other"] }, "STARTED ROLLBACK_FAILED"],
  ["its before step", withBefore, "<STARTED <ROLLBACK_FAILED"],
  ["its before step, behind a failure", withBefore, "<STARTED <EXECUTED FAILED <STARTED <ROLLBACK_FAILED"],
  ["its before step, in another run", withBefore, "EXECUTED <STARTED <ROLLBACK_FAILED"],
];

for (const [what, says, told] of failures) {
  Deno.test(`decide() stops when what could not be rolled back is ${what}`, async () => {
    const decided = plan([file("1_a.ts", says)], await historyOf(...entriesOf("1_a.ts", told, { error })));
    const problem = onlyProblem(decided);
    assertEquals([problem.code, problem.severity], ["CHANGE_ROLLBACK_FAILED", "error"]);
    assertStringIncludes(problem.message, '"1_a.ts" failed on 2026-11-22T09:30:00.000Z and could not be rolled back');
    assertStringIncludes(problem.message, "(TypeError: no such collection)");
    assertStringIncludes(problem.remedies.join("\n"), "bring the data into order");
    assertEquals(decided.steps, []);
  });
}

Deno.test("decide() runs a change unit again whose before step was rolled back, though later ones are executed", async () => {
  const history = await historyOf(...entriesOf("1_a.ts", "<STARTED <ROLLED_BACK"), entryOf("2_b.ts"));
  const { steps, problems } = plan([file("1_a.ts", withBefore), file("2_b.ts")], history);
  assertEquals(problems.map(({ code }) => code), []);
  assertEquals(steps.map(({ unit, runsBefore }) => [unit.id, runsBefore]), [["a", true]]);
});
