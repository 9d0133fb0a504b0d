import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ChangeUnitDefinition } from "../../src/change_unit/change_unit.ts";
import { defineChangeUnit } from "../../src/change_unit/define_change_unit.ts";
import { readDefinition } from "../../src/change_unit/read_change_unit.ts";
import type { MemoryContext } from "../../src/drivers/memory/memory_driver.ts";

const listed = { order: "0001", id: "create_users", file: null, checksum: null, author: null };

/** How many things are wrong with it at run time. */
function countViolations(definition: ChangeUnitDefinition<never> | ChangeUnitDefinition<object>): number {
  const reading = readDefinition(definition, listed, "default-author");
  return "violations" in reading ? reading.violations.length : 0;
}

Deno.test("defineChangeUnit() gives back the same object", () => {
  const definition = { execution: () => {}, rollbackExecution: () => {} };
  assertStrictEquals(defineChangeUnit(definition), definition);
});

Deno.test("defineChangeUnit() types the context of every method", () => {
  const unit = defineChangeUnit<MemoryContext>({
    execution: ({ db, attempt, executionId }) => db.set(executionId, attempt),
    rollbackExecution: ({ db, changeUnit }) => db.delete(changeUnit.id),
    beforeExecution: ({ log, metadata }) => log(String(metadata.reason)),
    rollbackBeforeExecution: ({ signal }) => signal.throwIfAborted(),
  });
  assertEquals(countViolations(unit), 0);
});

Deno.test("defineChangeUnit() does not type-check with what the driver does not give", () => {
  const unit = defineChangeUnit<MemoryContext>({
    // @ts-expect-error a `MemoryDriver` gives no `session`
    execution: ({ session }) => session,
    // @ts-expect-error its `db` has no `collection`
    rollbackExecution: ({ db }) => db.collection("users"),
  });
  assertEquals(countViolations(unit), 0);
});

Deno.test("defineChangeUnit() does not type-check without a rollback and without a reason", () => {
  // @ts-expect-error `rollbackExecution` is missing
  assertEquals(countViolations(defineChangeUnit({ execution() {} })), 1);
});

Deno.test("defineChangeUnit() does not type-check without an execution", () => {
  // @ts-expect-error `execution` is missing
  assertEquals(countViolations(defineChangeUnit({ rollbackExecution() {} })), 1);
});

Deno.test("defineChangeUnit() does not type-check with a rollback and a reason why there is none", () => {
  // @ts-expect-error they contradict each other
  const unit = defineChangeUnit({ execution() {}, rollbackExecution() {}, irreversible: "data is gone" });
  assertEquals(countViolations(unit), 1);
});

Deno.test("defineChangeUnit() does not type-check with half a before pair", () => {
  // @ts-expect-error `rollbackBeforeExecution` is missing
  const first = defineChangeUnit({ execution() {}, rollbackExecution() {}, beforeExecution() {} });
  assertEquals(countViolations(first), 1);
  // @ts-expect-error `beforeExecution` is missing
  const second = defineChangeUnit({ execution() {}, rollbackExecution() {}, rollbackBeforeExecution() {} });
  assertEquals(countViolations(second), 1);
});

Deno.test("defineChangeUnit() does not type-check with a name that a change unit does not have", () => {
  // @ts-expect-error it is called `author`
  const unit = defineChangeUnit({ execution() {}, rollbackExecution() {}, autor: "ann" });
  assertEquals(countViolations(unit), 1);
});

Deno.test("defineChangeUnit() does not type-check with values of wrong types", () => {
  const unit = defineChangeUnit({
    execution() {},
    rollbackExecution() {},
    // @ts-expect-error it is a text
    author: 5,
    // @ts-expect-error it is true or false
    runAlways: "yes",
    // @ts-expect-error it is a list
    profiles: "production",
  });
  assertEquals(countViolations(unit), 3);
});
