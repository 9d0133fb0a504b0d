import { assert, assertEquals } from "@std/assert";
import { ChangeLog, ChangeSet } from "../../src/change_unit/change_log.ts";
import type { ListedChange } from "../../src/change_unit/change_unit.ts";
import {
  BeforeExecution,
  ChangeUnit,
  type ClassAttributes,
  Execution,
  RollbackBeforeExecution,
  RollbackExecution,
} from "../../src/change_unit/decorators.ts";
import { readDefinition } from "../../src/change_unit/read_change_unit.ts";

const listed: ListedChange = {
  order: "0001",
  id: "create_users",
  file: "0001_create_users.ts",
  checksum: "sha256:users",
  author: null,
};
const context = { executionId: "1" };

/** What is wrong with a class. */
function violationsOf(definition: unknown): readonly string[] {
  const reading = readDefinition(definition, listed, "default-author");
  return "violations" in reading ? reading.violations : [];
}

/** Attributes as somebody without a type checker may write them. */
function untyped(attributes: object): ClassAttributes {
  return attributes;
}

class Complete {
  @Execution
  execute() {
    return "execution";
  }
  @RollbackExecution
  rollBack() {
    return "rollbackExecution";
  }
}

class WithBefore extends Complete {
  @BeforeExecution
  prepare() {
    return "beforeExecution";
  }
  @RollbackBeforeExecution
  clear() {
    return "rollbackBeforeExecution";
  }
}

Deno.test("readClass() fills in every default, and counts inherited methods", () => {
  @ChangeUnit()
  class CreateUsers extends Complete {}
  const reading = readDefinition(CreateUsers, listed, "default-author");
  assert("unit" in reading);
  const { execution, rollbackExecution, ...rest } = reading.unit;
  assertEquals(rest, {
    ...listed,
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
    beforeExecution: null,
    rollbackBeforeExecution: null,
  });
  assertEquals([execution(context), rollbackExecution?.(context)], ["execution", "rollbackExecution"]);
});

Deno.test("readClass() takes over everything that a class says", () => {
  const said = {
    author: "ann",
    description: "Creates the users",
    runAlways: true,
    systemVersion: "1.2",
    transactional: false,
    failFast: false,
    profiles: ["production", "!test"],
    outOfOrder: true,
    timeoutMs: 5_000,
  };
  @ChangeUnit({ ...said, id: "create_users", order: "1" })
  class CreateUsers extends WithBefore {}
  const reading = readDefinition(CreateUsers, listed, "default-author");
  assert("unit" in reading);
  const { execution, rollbackExecution, beforeExecution, rollbackBeforeExecution, ...rest } = reading.unit;
  assertEquals(rest, { ...listed, ...said, runOnChange: false, irreversible: null });
  for (const method of [execution, rollbackExecution, beforeExecution, rollbackBeforeExecution]) {
    assert(method !== null);
  }
  assertEquals(beforeExecution?.(context), "beforeExecution");
  assertEquals(rollbackBeforeExecution?.(context), "rollbackBeforeExecution");
});

@ChangeUnit({ irreversible: "data is gone" })
class Irreversible {
  @Execution
  execute() {}
}

@ChangeUnit()
class Empty {}

@ChangeUnit()
class NoRollback {
  @Execution
  execute() {}
}

@ChangeUnit({ irreversible: "data is gone" })
class Contradicting extends Complete {}

@ChangeUnit()
class HalfBefore extends Complete {
  @BeforeExecution
  prepare() {}
}

@ChangeUnit()
class HalfRollbackBefore extends Complete {
  @RollbackBeforeExecution
  clear() {}
}

@ChangeUnit()
class TwoExecutions extends WithBefore {
  @Execution
  again() {}
  @RollbackBeforeExecution
  clearAgain() {}
}

@ChangeUnit({ irreversible: "data is gone" })
class TwoRoles {
  @Execution
  @RollbackExecution
  both() {}
}

@ChangeUnit()
class WithChangeSet extends Complete {
  @ChangeSet({ id: "a", order: "1" })
  set() {}
}

@ChangeUnit({ runAlways: true, runOnChange: true })
class AlwaysAndOnChange extends Complete {}

@ChangeUnit({ id: "create_user", order: "0002" })
class Elsewhere extends Complete {}

@ChangeUnit()
@ChangeLog()
class BothForms extends Complete {}

@ChangeUnit()
class Base extends Complete {}

class DerivedOnly extends Base {}

class WithSetsOnly {
  @ChangeSet({ id: "a", order: "1" })
  set() {}
}

class Undecorated {
  execute() {}
}

const shapes: [definition: { readonly name: string }, violations: string[]][] = [
  [Irreversible, []],
  [Empty, [
    "`@Execution` is missing",
    '`@RollbackExecution` is missing: add it, or say why there is none with `irreversible: "…"`',
  ]],
  [NoRollback, ['`@RollbackExecution` is missing: add it, or say why there is none with `irreversible: "…"`']],
  [Contradicting, ["`irreversible` contradicts `@RollbackExecution`: keep one"]],
  [HalfBefore, ["`@RollbackBeforeExecution` is missing: a before step must have it"]],
  [HalfRollbackBefore, ["`@RollbackBeforeExecution` has no `@BeforeExecution` to undo"]],
  [TwoExecutions, [
    "`@Execution` stands above `again` and `execute`: keep one",
    "`@RollbackBeforeExecution` stands above `clearAgain` and `clear`: keep one",
  ]],
  [TwoRoles, [
    "`both` has `@RollbackExecution` and `@Execution`: keep one",
    "`irreversible` contradicts `@RollbackExecution`: keep one",
  ]],
  [WithChangeSet, ["`set` has `@ChangeSet`, which does not belong into a class with `@ChangeUnit`"]],
  [AlwaysAndOnChange, ["`runAlways` includes `runOnChange`: keep one"]],
  [Elsewhere, [
    '`id` is "create_user" but the file name says "create_users"',
    '`order` is "0002" but the file name says "0001"',
  ]],
  [BothForms, [
    "The class `BothForms` has `@ChangeLog` and `@ChangeUnit`: keep one",
    "`execute` has `@Execution`, which does not belong into a class with `@ChangeLog`",
    "`rollBack` has `@RollbackExecution`, which does not belong into a class with `@ChangeLog`",
    "It has no method with `@ChangeSet`",
  ]],
  [DerivedOnly, [
    "The class `DerivedOnly` has decorated methods (`execute` and `rollBack`) but no `@ChangeUnit` above it",
  ]],
  [WithSetsOnly, ["The class `WithSetsOnly` has decorated methods (`set`) but no `@ChangeLog` above it"]],
  [Undecorated, [
    "The class `Undecorated` has no decorators: write `@ChangeUnit()` above it, and `@Execution` and " +
    "`@RollbackExecution` above its methods",
  ]],
];

for (const [definition, violations] of shapes) {
  Deno.test(`readClass() ${violations.length === 0 ? "accepts" : "refuses"} the class ${definition.name}`, () => {
    assertEquals(violationsOf(definition), violations);
  });
}

Deno.test("readClass() calls a class without a name a class", () => {
  const [nameless] = [class {}];
  assertEquals(violationsOf(nameless).map((line) => line.split(":")[0]), ["The class has no decorators"]);
});

Deno.test("readClass() reports every violation in one go", () => {
  @ChangeUnit(
    untyped({ autor: "ann", execution: () => {}, runAlways: "yes", order: 2, id: "other", author: undefined }),
  )
  class Wrong {
    @BeforeExecution
    prepare() {}
  }
  assertEquals(violationsOf(Wrong), [
    "`autor` is nothing `@ChangeUnit` has: did you mean `author`",
    "`execution` is nothing `@ChangeUnit` has",
    '`runAlways` must be true or false: it is "yes"',
    "`order` must be digits, or digits with dots, as a text: it is 2",
    "`@Execution` is missing",
    '`@RollbackExecution` is missing: add it, or say why there is none with `irreversible: "…"`',
    "`@RollbackBeforeExecution` is missing: a before step must have it",
    '`id` is "other" but the file name says "create_users"',
  ]);
});
