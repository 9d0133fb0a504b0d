import { assertEquals } from "@std/assert";
import { compareRows, databaseRows } from "../../src/cli/list_rows.ts";
import { draft, historyOf } from "../fixtures/log.ts";
import { entriesOf, file, plan } from "../fixtures/planned.ts";

const withBefore = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };

const standing: [what: string, told: string, details: string[]][] = [
  ["was interrupted behind it", "<STARTED <EXECUTED", ["its before step stands"]],
  ["failed behind it", "<STARTED <EXECUTED FAILED", ["execution failed", "its before step stands"]],
  ["was undone up to it", "<STARTED <EXECUTED EXECUTED ROLLED_BACK", ["rolled back", "its before step stands"]],
  ["was executed", "<STARTED <EXECUTED EXECUTED", []],
  ["was undone", "<STARTED <EXECUTED EXECUTED ROLLED_BACK <STARTED <ROLLED_BACK", ["rolled back"]],
];

for (const [what, told, details] of standing) {
  Deno.test(`The rows of a list say whether only the before step of a change unit stands that ${what}`, async () => {
    const history = await historyOf(...entriesOf("1_a.ts", told));
    assertEquals(databaseRows(history).map((row) => row.details), [details]);
    const rows = compareRows(plan([file("1_a.ts", withBefore)], history), history);
    assertEquals(rows.map((row) => row.details), [details]);
    const [gone] = compareRows(plan([], history), history);
    assertEquals(gone?.details, ["not found in code", ...details]);
  });
}

Deno.test("The rows of a list call a before step that failed by its name, and not an undo", async () => {
  const error = { name: "Error", code: null, message: "no" };
  const before = { type: "BEFORE_EXECUTION" } as const;
  const history = await historyOf(
    draft({ ...before, state: "STARTED" }),
    draft({ ...before, state: "ROLLED_BACK", error }),
  );
  assertEquals(databaseRows(history).map(({ state, details }) => [state, details]), [
    ["PENDING", ["its before step failed: Error: no"]],
  ]);
});
