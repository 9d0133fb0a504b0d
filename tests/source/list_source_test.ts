import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChangeLog, ChangeSet } from "../../src/change_unit/change_log.ts";
import { ChangeUnit, Execution } from "../../src/change_unit/decorators.ts";
import { type ListedDefinition, ListSource } from "../../src/source/list_source.ts";

const complete = { execution: () => {}, rollbackExecution: () => {} };

/** A list as somebody without a type checker may write it. */
function sourceOf(...definitions: object[]): ListSource<object> {
  return new ListSource(definitions as ListedDefinition<object>[]);
}

Deno.test("ListSource.list() gives order, id and author, and neither file nor checksum", async () => {
  const { changes, problems } = await sourceOf(
    { ...complete, id: "b", order: "2", author: "ann" },
    { ...complete, id: "a", order: "0001" },
  ).list();
  assertEquals(problems, []);
  assertEquals(changes, [
    { order: "2", id: "b", author: "ann", file: null, checksum: null },
    { order: "0001", id: "a", author: null, file: null, checksum: null },
  ]);
});

Deno.test("ListSource.load() reads the change units that are asked for, in that order", async () => {
  const source = sourceOf(
    { ...complete, id: "a", order: "1" },
    { ...complete, id: "b", order: "2", author: "bob" },
    { ...complete, id: "c", order: "3" },
  );
  const { changes } = await source.list();
  const readings = await source.load(changes.slice(1).toReversed(), "default-author");
  assertEquals(readings.map((reading) => "unit" in reading ? [reading.unit.id, reading.unit.author] : reading), [
    ["c", "default-author"],
    ["b", "bob"],
  ]);
});

Deno.test("ListSource.load() tells what is wrong with one and reads the others", async () => {
  const source = sourceOf({ id: "a", order: "1", execution() {} }, { ...complete, id: "b", order: "2" });
  const [first, second] = await source.load((await source.list()).changes, "default-author");
  assert(first !== undefined && "violations" in first);
  assertStringIncludes(first.violations.join(), "`rollbackExecution` is missing");
  assert(second !== undefined && "unit" in second);
});

Deno.test("ListSource.load() has nothing for a change that another source has listed", async () => {
  const { changes } = await sourceOf({ ...complete, id: "a", order: "1" }).list();
  const [reading] = await sourceOf({ ...complete, id: "a", order: "1" }).load(changes, "default-author");
  assert(reading !== undefined && "violations" in reading);
});

const wrong: [what: string, definition: object, message: string][] = [
  ["no id", { order: "1" }, 'the id "undefined" and the order "1"'],
  ["an empty id", { id: "", order: "1" }, 'the id "" and the order "1"'],
  ["no order", { id: "a" }, 'the id "a" and the order "undefined"'],
  ["an order that is a number", { id: "a", order: 1 }, 'the id "a" and the order "1"'],
  ["an order with a letter", { id: "a", order: "1a" }, 'the id "a" and the order "1a"'],
];

for (const [what, definition, message] of wrong) {
  Deno.test(`ListSource.list() reports a change unit with ${what}, and lists the others`, async () => {
    const { changes, problems } = await sourceOf({ ...complete, ...definition }, { ...complete, id: "b", order: "2" })
      .list();
    assertEquals(changes.map(({ id }) => id), ["b"]);
    assertEquals(problems.map(({ code, severity }) => [code, severity]), [["CHANGE_UNIT_INVALID", "error"]]);
    assertStringIncludes(problems[0]?.message ?? "", message);
  });
}

Deno.test("ListSource lists the same definition twice when it is given twice, for the plan to notice", async () => {
  const definition = { ...complete, id: "a", order: "1" };
  assertEquals((await sourceOf(definition, definition).list()).changes.length, 2);
});

@ChangeUnit({ id: "greet", order: "0003", author: "ann", irreversible: "it was said" })
class Greet {
  @Execution
  greet() {}
}

@ChangeLog({ order: "0004", author: "bob" })
class Greetings {
  @ChangeSet({ id: "first", order: "1" })
  first() {}
  @ChangeSet({ id: "second", order: "2" })
  second() {}
}

Deno.test("ListSource lists and loads classes beside objects", async () => {
  const source = new ListSource([Greet, { ...complete, id: "a", order: "1" }, Greetings]);
  const { changes, problems } = await source.list();
  assertEquals(problems, []);
  const inMemory = { file: null, checksum: null };
  assertEquals(changes, [
    { order: "0003", id: "greet", author: "ann", ...inMemory },
    { order: "1", id: "a", author: null, ...inMemory },
    { order: "0004", id: "Greetings", author: null, ...inMemory },
  ]);
  const [greet, object, greetings] = await source.load(changes, "default-author");
  assert(greet !== undefined && "unit" in greet && object !== undefined && "unit" in object);
  assertEquals([greet.unit.id, greet.unit.order, greet.unit.author], ["greet", "0003", "ann"]);
  assert(greetings !== undefined && "units" in greetings);
  assertEquals(greetings.units.map(({ order, id, author }) => [order, id, author]), [
    ["0004.1", "first", "bob"],
    ["0004.2", "second", "bob"],
  ]);
});

Deno.test("ListSource.list() reports classes without id and order", async () => {
  @ChangeUnit({ irreversible: "it was said" })
  class Nowhere {}
  class Undecorated {}
  @ChangeLog()
  class Unordered {}
  const { changes, problems } = await new ListSource([Nowhere, Undecorated, Unordered]).list();
  assertEquals(changes, []);
  assertEquals(problems.map(({ message }) => message), [
    'The class `Nowhere` in the list has the id "undefined" and the order "undefined"',
    'The class `Undecorated` in the list has the id "undefined" and the order "undefined"',
    'The class `Unordered` in the list has the id "Unordered" and the order "undefined"',
  ]);
});

Deno.test("ListSource does not type-check with classes that need more than the context has", () => {
  class Greedy {
    constructor(readonly context: { readonly db: string; readonly mailer: string }) {}
  }
  // @ts-expect-error there is no `mailer`
  const source = new ListSource<{ readonly db: string }>([Greedy]);
  assertEquals(source.name, "the list of change units");
});
