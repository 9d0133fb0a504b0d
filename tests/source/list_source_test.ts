import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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
