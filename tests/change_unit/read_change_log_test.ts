import { assert, assertEquals } from "@std/assert";
import {
  ChangeLog,
  type ChangeLogAttributes,
  ChangeSet,
  type ChangeSetAttributes,
} from "../../src/change_unit/change_log.ts";
import type { ListedChange } from "../../src/change_unit/change_unit.ts";
import { Execution } from "../../src/change_unit/decorators.ts";
import { readDefinition } from "../../src/change_unit/read_change_unit.ts";

const listed: ListedChange = {
  order: "0003",
  id: "clients",
  file: "0003_clients.ts",
  checksum: "sha256:clients",
  author: null,
};

/** What is wrong with a class. */
function violationsOf(definition: unknown): readonly string[] {
  const reading = readDefinition(definition, listed, "default-author");
  return "violations" in reading ? reading.violations : [];
}

/** Attributes as somebody without a type checker may write them. */
function untyped<Attributes extends ChangeLogAttributes | ChangeSetAttributes>(attributes: object): Attributes {
  return attributes as Attributes;
}

const calls: string[] = [];

@ChangeLog({ author: "ann" })
class Clients {
  static instances = 0;

  constructor() {
    Clients.instances++;
  }

  @ChangeSet({ id: "tenth", order: "10" })
  last() {
    calls.push("last");
  }

  @ChangeSet({
    id: "second",
    order: "002",
    author: "bob",
    description: "Fills the clients",
    runAlways: true,
    systemVersion: "1",
    transactional: false,
    failFast: false,
    profiles: ["test"],
    outOfOrder: true,
    timeoutMs: 5_000,
  })
  first() {
    calls.push("first");
  }
}

Deno.test("readChangeLog() gives a change unit for each change set, in their order, below that of the file", () => {
  const reading = readDefinition(Clients, listed, "default-author");
  assert("units" in reading);
  const defaults = {
    file: "0003_clients.ts",
    checksum: "sha256:clients",
    description: null,
    runAlways: false,
    runOnChange: false,
    systemVersion: "0",
    transactional: null,
    failFast: true,
    profiles: [],
    outOfOrder: false,
    timeoutMs: null,
    irreversible: "it is a change set of a class with `@ChangeLog`, a deprecated form without rollback methods",
    rollbackExecution: null,
    beforeExecution: null,
    rollbackBeforeExecution: null,
  };
  assertEquals(reading.units.map(({ execution: _, ...rest }) => rest), [
    {
      ...defaults,
      order: "0003.1",
      id: "second",
      author: "bob",
      description: "Fills the clients",
      runAlways: true,
      systemVersion: "1",
      transactional: false,
      failFast: false,
      profiles: ["test"],
      outOfOrder: true,
      timeoutMs: 5_000,
    },
    { ...defaults, order: "0003.2", id: "tenth", author: "ann" },
  ]);
});

Deno.test("readChangeLog() gives change sets that share one instance", () => {
  const reading = readDefinition(Clients, listed, "default-author");
  assert("units" in reading);
  [calls.length, Clients.instances] = [0, 0];
  for (const { execution } of reading.units) execution({ executionId: "1" });
  assertEquals([calls, Clients.instances], [["first", "last"], 1]);
});

Deno.test("readChangeLog() gives change sets without an author the default one", () => {
  @ChangeLog()
  class Anonymous {
    @ChangeSet({ id: "a", order: "1" })
    set() {}
  }
  const reading = readDefinition(Anonymous, listed, "default-author");
  assert("units" in reading);
  assertEquals(reading.units.map(({ author }) => author), ["default-author"]);
});

@ChangeLog()
class Empty {}

@ChangeLog({ order: "4" })
class Elsewhere {
  @ChangeSet({ id: "a", order: "1" })
  set() {}
}

@ChangeLog(untyped({ order: 3, autor: "ann" }))
class WrongAttributes {
  @ChangeSet({ id: "a", order: "1" })
  set() {}
}

@ChangeLog()
class WrongSets {
  @ChangeSet(untyped({ order: "1" }))
  withoutId() {}
  @ChangeSet(untyped({ id: "b", author: "", order: "first", irreversible: "gone" }))
  wrongValues() {}
  @ChangeSet({ id: "c", order: "3", runAlways: true, runOnChange: true })
  contradicting() {}
}

@ChangeLog()
class Same {
  @ChangeSet({ id: "a", order: "1" })
  one() {}
  @ChangeSet({ id: "b", order: "2" })
  two() {}
  @ChangeSet({ id: "a", order: "01", author: "bob" })
  three() {}
  @ChangeSet({ id: "c", order: "2" })
  four() {}
  @ChangeSet({ id: "a", order: "5" })
  five() {}
}

@ChangeLog()
class WithExecution {
  @ChangeSet({ id: "a", order: "1" })
  set() {}
  @Execution
  execute() {}
  @ChangeSet({ id: "b", order: "2" })
  @Execution
  both() {}
}

const shapes: [definition: { readonly name: string }, violations: string[]][] = [
  [Empty, ["It has no method with `@ChangeSet`"]],
  [Elsewhere, ['`order` is "4" but the file name says "0003"']],
  [WrongAttributes, [
    "`order` must be digits, or digits with dots, as a text: it is 3",
    "`autor` is nothing `@ChangeLog` has: did you mean `author`",
  ]],
  [WrongSets, [
    "`withoutId`: `id` is missing",
    '`wrongValues`: `author` must be a text that is not empty: it is ""',
    '`wrongValues`: `order` must be digits, or digits with dots, as a text: it is "first"',
    "`wrongValues`: `irreversible` is nothing `@ChangeSet` has",
    "`contradicting`: `runAlways` includes `runOnChange`: keep one",
  ]],
  [Same, [
    '`one` and `three` and `five` have the same `id`, "a": give each another',
    '`one` and `three` have the same `order`, "1": give each another',
    '`two` and `four` have the same `order`, "2": give each another',
  ]],
  [WithExecution, [
    "`execute` has `@Execution`, which does not belong into a class with `@ChangeLog`",
    "`both` has `@Execution` and `@ChangeSet`: keep one",
  ]],
];

for (const [definition, violations] of shapes) {
  Deno.test(`readChangeLog() refuses the class ${definition.name}`, () => {
    assertEquals(violationsOf(definition), violations);
  });
}
