import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { ListedChange } from "../../src/change_unit/change_unit.ts";
import { ChangeUnit, Execution } from "../../src/change_unit/decorators.ts";
import { readDefinition, readModule } from "../../src/change_unit/read_change_unit.ts";

const listed: ListedChange = {
  order: "0001",
  id: "create_users",
  file: "0001_create_users.ts",
  checksum: "sha256:users",
  author: null,
};
const method = () => {};
const complete = { execution: method, rollbackExecution: method };

/** What is wrong with a definition. */
function violationsOf(definition: unknown): readonly string[] {
  const reading = readDefinition(definition, listed, "default-author");
  return "violations" in reading ? reading.violations : [];
}

Deno.test("readDefinition() fills in every default", () => {
  const reading = readDefinition(complete, listed, "default-author");
  assertEquals(reading, {
    unit: {
      order: "0001",
      id: "create_users",
      file: "0001_create_users.ts",
      checksum: "sha256:users",
      author: "default-author",
      description: null,
      runAlways: false,
      runOnChange: false,
      systemVersion: "0",
      transactional: null,
      failFast: true,
      profiles: [],
      outOfOrder: false,
      timeoutMs: null,
      irreversible: null,
      execution: method,
      rollbackExecution: method,
      beforeExecution: null,
      rollbackBeforeExecution: null,
    },
  });
});

Deno.test("readDefinition() takes over everything that a change unit says", () => {
  const said = {
    author: "ann",
    description: "Creates the users",
    runAlways: true,
    runOnChange: false,
    systemVersion: "1.2",
    transactional: false,
    failFast: false,
    profiles: ["production", "!test"],
    outOfOrder: true,
    timeoutMs: 5_000,
    execution: () => "execution",
    rollbackExecution: () => "rollbackExecution",
    beforeExecution: () => "beforeExecution",
    rollbackBeforeExecution: () => "rollbackBeforeExecution",
  };
  const reading = readDefinition({ ...said, id: "create_users", order: "1" }, listed, "default-author");
  assert("unit" in reading);
  assertEquals(reading.unit, { ...said, ...listed, author: "ann", irreversible: null });
});

Deno.test("readDefinition() takes an undefined value for one that is not there", () => {
  const definition = { ...complete, author: undefined, irreversible: undefined, beforeExecution: undefined };
  const reading = readDefinition(definition, listed, "bob");
  assert("unit" in reading);
  assertEquals(reading.unit.author, "bob");
});

Deno.test("readModule() reads named exports and a default export alike", () => {
  const module = { ...complete, author: "ann", irreversible: undefined };
  const named = readModule(module, listed, "default-author");
  assert("unit" in named);
  assertEquals(readModule({ default: module }, listed, "default-author"), named);
  assertStrictEquals(named.unit.execution, method);
});

Deno.test("readModule() lets a default export have other exports beside it that are none of a change unit's", () => {
  for (const beside of [{ rows: [1, 2] }, { toString: method }]) {
    const reading = readModule({ default: complete, ...beside }, listed, "default-author");
    assert("unit" in reading, `${Object.keys(beside)} is none of a change unit's`);
  }
});

Deno.test("readModule() refuses both forms at once and names what is beside the default export", () => {
  assertEquals(readModule({ default: complete, execution: method, author: "ann", rows: [] }, listed, "bob"), {
    violations: ["It has a default export and `execution`, `author` beside it: use one form"],
  });
});

for (const value of [undefined, null, 5, "text", method]) {
  Deno.test(`readModule() refuses a default export that is ${typeof value === "function" ? value.name : value}`, () => {
    assertEquals(readModule({ default: value }, listed, "default-author"), {
      violations: [
        "Its default export must be an object or a class: " +
        "`export default defineChangeUnit({…})` or `@ChangeUnit() export default class …`",
      ],
    });
  });
}

@ChangeUnit({ irreversible: "gone" })
class CreateUsers {
  @Execution
  create() {}
}

Deno.test("readModule() reads a default export that is a class", () => {
  const reading = readModule({ default: CreateUsers, rows: [1, 2] }, listed, "default-author");
  assert("unit" in reading);
  assertEquals([reading.unit.id, reading.unit.irreversible], ["create_users", "gone"]);
});

Deno.test("readModule() refuses a class that is not the default export, and leaves its helpers alone", () => {
  assertEquals(readModule({ CreateUsers, rows: [], Helper: class {} }, listed, "default-author"), {
    violations: ["`CreateUsers` must be the default export: `export default class …`"],
  });
  assertEquals(readModule({ default: CreateUsers, execution: method }, listed, "default-author"), {
    violations: ["It has a default export and `execution` beside it: use one form"],
  });
});

Deno.test("readModule() misses everything in an empty module", () => {
  assertEquals(readModule({}, listed, "default-author"), {
    violations: [
      "`execution` is missing",
      '`rollbackExecution` is missing: add it, or say why there is none with `irreversible: "…"`',
    ],
  });
});

const shapes: [what: string, definition: object, violations: string[]][] = [
  ["no execution", { rollbackExecution: method }, ["`execution` is missing"]],
  ["no rollback and no reason", { execution: method }, [
    '`rollbackExecution` is missing: add it, or say why there is none with `irreversible: "…"`',
  ]],
  ["a reason instead of a rollback", { execution: method, irreversible: "data is gone" }, []],
  ["a reason and a rollback", { ...complete, irreversible: "data is gone" }, [
    "`irreversible` contradicts `rollbackExecution`: keep one",
  ]],
  ["a before step without its rollback", { ...complete, beforeExecution: method }, [
    "`rollbackBeforeExecution` is missing: a before step must have it",
  ]],
  ["an irreversible unit with a before step without its rollback", {
    execution: method,
    irreversible: "data is gone",
    beforeExecution: method,
  }, ["`rollbackBeforeExecution` is missing: a before step must have it"]],
  ["a before rollback without its step", { ...complete, rollbackBeforeExecution: method }, [
    "`rollbackBeforeExecution` has no `beforeExecution` to undo",
  ]],
  ["a before pair", { ...complete, beforeExecution: method, rollbackBeforeExecution: method }, []],
  ["runAlways and runOnChange", { ...complete, runAlways: true, runOnChange: true }, [
    "`runAlways` includes `runOnChange`: keep one",
  ]],
  ["another id than its file", { ...complete, id: "create_user" }, [
    '`id` is "create_user" but the file name says "create_users"',
  ]],
  ["another order than its file", { ...complete, order: "0002" }, [
    '`order` is "0002" but the file name says "0001"',
  ]],
  ["the same order in other digits", { ...complete, order: "1" }, []],
];

for (const [what, definition, violations] of shapes) {
  Deno.test(`readDefinition() ${violations.length === 0 ? "accepts" : "refuses"} ${what}`, () => {
    assertEquals(violationsOf(definition), violations);
  });
}

Deno.test("readDefinition() reports every violation in one go", () => {
  const violations = violationsOf({
    exection: method,
    rollbackExecution: "later",
    author: "",
    runAlways: "yes",
    order: "2",
    id: "other",
    beforeExecution: method,
  });
  assertEquals(violations.toSorted(), [
    '`author` must be a text that is not empty: it is ""',
    "`exection` is nothing a change unit has: did you mean `execution`",
    "`execution` is missing",
    '`id` is "other" but the file name says "create_users"',
    '`order` is "2" but the file name says "0001"',
    "`rollbackBeforeExecution` is missing: a before step must have it",
    '`rollbackExecution` must be a function: it is "later"',
    '`runAlways` must be true or false: it is "yes"',
  ]);
});
