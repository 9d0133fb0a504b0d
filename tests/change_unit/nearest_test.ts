import { assertEquals } from "@std/assert";
import { nearest } from "../../src/change_unit/nearest.ts";

const known = ["execution", "rollbackExecution", "beforeExecution", "author", "runAlways", "runOnChange", "id"];

const expectations: [word: string, meant: string | undefined][] = [
  ["execution", "execution"],
  ["exection", "execution"],
  ["Execution", "execution"],
  ["executions", "execution"],
  ["rollbackExecutoin", "rollbackExecution"],
  ["rollback", undefined],
  ["runalways", "runAlways"],
  ["run_always", "runAlways"],
  ["runOnchanged", "runOnChange"],
  ["autor", "author"],
  ["di", undefined],
  ["it", "id"],
  ["up", undefined],
  ["", undefined],
];

for (const [word, meant] of expectations) {
  Deno.test(`nearest() takes "${word}" for ${meant === undefined ? "nothing it knows" : `"${meant}"`}`, () => {
    assertEquals(nearest(word, known), meant);
  });
}

Deno.test("nearest() finds nothing among nothing", () => {
  assertEquals(nearest("execution", []), undefined);
});

Deno.test("nearest() gives the candidate as it is written, whatever the case of either", () => {
  for (const word of ["url", "URL", "Url"]) assertEquals(nearest(word, ["URL"]), "URL");
});
