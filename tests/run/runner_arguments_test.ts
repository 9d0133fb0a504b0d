import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryStore, type UndoOptions } from "../../mod.ts";
import { counting, dataOf, runnerOn } from "../fixtures/memory.ts";

const units = [counting("1", "a"), counting("2", "b"), counting("3", "c")];

/** What somebody without a type checker may pass, or with an empty variable. */
const wrongTargets: [what: string, target: object][] = [
  ["no target at all", {}],
  ["a misspelt target", { too: "b" }],
  ["an undefined target", { to: undefined }],
  ["a negative count", { count: -1 }],
  ["half a count", { count: 1.5 }],
  ["a count that is not a number", { count: NaN }],
];

for (const [what, target] of wrongTargets) {
  Deno.test(`Runner.undo() refuses ${what}, and undoes nothing`, async () => {
    const store = new MemoryStore();
    await runnerOn(store, units).migrate();
    const before = structuredClone(store.entries);
    await assertRejects(() => runnerOn(store, units).undo(target as UndoOptions), Error);
    assertEquals([store.entries, dataOf(store)], [before, { a: 1, b: 1, c: 1 }]);
  });
}

for (const count of [-1, 1.5, NaN]) {
  Deno.test(`Runner.migrate() refuses a count of ${count}, and executes nothing`, async () => {
    const store = new MemoryStore();
    await assertRejects(() => runnerOn(store, units).migrate({ count }), Error);
    assertEquals([store.entries, dataOf(store)], [[], {}]);
  });
}

Deno.test("Runner.repair() of the same change unit twice does not break the history", async () => {
  const store = new MemoryStore();
  const runner = runnerOn(store, units);
  await runner.migrate();
  const request = { id: "c", as: "rolled back" } as const;
  const comment = { by: "ann", reason: "it was undone by hand" };
  await runner.repair({ repairs: [request, request], comment }).catch(() => {});
  await runner.history();
  await runner.migrate();
});

for (const name of ["leaseMs", "pollMs", "waitMs"] as const) {
  for (const value of [-1, NaN, ...(name === "waitMs" ? [] : [0, Infinity])]) {
    Deno.test(`new Runner() refuses ${value} as ${name}, and says so`, () => {
      assertThrows(() => runnerOn(new MemoryStore(), units, { lock: { [name]: value } }), RangeError, `${name}`);
    });
  }
}
