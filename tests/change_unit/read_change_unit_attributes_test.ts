import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readDefinition } from "../../src/change_unit/read_change_unit.ts";

const listed = { order: "0001", id: "create_users", file: "0001_create_users.ts", checksum: null, author: null };
const method = () => {};

/** What is wrong with a change unit that says this too. */
function violationsOf(said: object): readonly string[] {
  const definition = { execution: method, rollbackExecution: method, ...said };
  const reading = readDefinition(definition, listed, "default-author");
  return "violations" in reading ? reading.violations : [];
}

const wrongValues: [name: string, value: unknown, violation: string][] = [
  ["author", "", 'a text that is not empty: it is ""'],
  ["author", "  ", 'a text that is not empty: it is "  "'],
  ["author", 5, "a text that is not empty: it is 5"],
  ["author", null, "a text that is not empty: it is null"],
  ["author", ["ann"], "a text that is not empty: it is a list"],
  ["description", {}, "a text that is not empty: it is of type object"],
  ["systemVersion", 1, "a text that is not empty: it is 1"],
  ["order", "0001-a", 'digits, or digits with dots, as a text: it is "0001-a"'],
  ["order", 1, "digits, or digits with dots, as a text: it is 1"],
  ["id", 1n, "a text that is not empty: it is of type bigint"],
  ["runAlways", "true", 'true or false: it is "true"'],
  ["runOnChange", 1, "true or false: it is 1"],
  ["transactional", null, "true or false: it is null"],
  ["failFast", "no", 'true or false: it is "no"'],
  ["outOfOrder", method, "true or false: it is a function"],
  ["profiles", "production", 'a list of profile names: it is "production"'],
  ["profiles", [""], "a list of profile names: it is a list"],
  ["profiles", ["!"], "a list of profile names: it is a list"],
  ["profiles", ["!!production"], "a list of profile names: it is a list"],
  ["profiles", ["pro duction"], "a list of profile names: it is a list"],
  ["profiles", [5], "a list of profile names: it is a list"],
  ["profiles", [null], "a list of profile names: it is a list"],
  ["execution", "later", 'a function: it is "later"'],
  ["execution", null, "a function: it is null"],
  ["rollbackExecution", {}, "a function: it is of type object"],
];

for (const [name, value, violation] of wrongValues) {
  const shown = typeof value === "bigint" ? `${value}n` : JSON.stringify(value) ?? "a function";
  Deno.test(`readDefinition() refuses \`${name}: ${shown}\``, () => {
    const violations = violationsOf({ [name]: value });
    assertEquals(violations.length, 1, violations.join("; "));
    assertStringIncludes(violations[0] ?? "", `\`${name}\` must be ${violation}`);
  });
}

Deno.test("readDefinition() refuses wrong types of `irreversible` and of the before pair", () => {
  const definition = { execution: method, irreversible: true, beforeExecution: 1, rollbackBeforeExecution: [] };
  assertEquals(readDefinition(definition, listed, "default-author"), {
    violations: [
      "`irreversible` must be a text that is not empty: it is true",
      "`beforeExecution` must be a function: it is 1",
      "`rollbackBeforeExecution` must be a function: it is a list",
    ],
  });
});

const unknownNames: [name: string, suggestion: string | undefined][] = [
  ["autor", "author"],
  ["rollbackexecution", "rollbackExecution"],
  ["failfast", "failFast"],
  ["profile", "profiles"],
  ["transaction", "transactional"],
  ["up", undefined],
  ["constructor", undefined],
  ["toString", undefined],
];

for (const [name, suggestion] of unknownNames) {
  Deno.test(`readDefinition() refuses \`${name}\`${suggestion === undefined ? "" : ` and suggests \`${suggestion}\``}`, () => {
    const expected = `\`${name}\` is nothing a change unit has` +
      (suggestion === undefined ? "" : `: did you mean \`${suggestion}\``);
    assertEquals(violationsOf({ [name]: method }), [expected]);
  });
}

Deno.test("readDefinition() accepts profiles with and without an exclamation mark", () => {
  const reading = readDefinition(
    { execution: method, irreversible: "gone", profiles: ["production", "!test", "eu-west"] },
    listed,
    "default-author",
  );
  assert("unit" in reading);
  assertEquals(reading.unit.profiles, ["production", "!test", "eu-west"]);
});
