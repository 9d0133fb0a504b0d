import { assertEquals } from "@std/assert";
import type { LoadedChangeUnit } from "../../mod.ts";
import { settlingUnit } from "../../src/plan/settling_unit.ts";
import { draft, historyOf } from "../fixtures/log.ts";
import { file, plan } from "../fixtures/planned.ts";

/** What was loaded for a plan of which every step had to be. */
function loadedFor({ steps }: ReturnType<typeof plan>) {
  return new Map(steps.map(({ unit }) => [{ ...unit, author: null }, unit as LoadedChangeUnit]));
}

Deno.test("settlingUnit() is the last change unit of a plan behind which nothing is left to do", async () => {
  const planned = plan([file("1_a.ts"), file("2_b.ts")], await historyOf());
  assertEquals(settlingUnit(planned, loadedFor(planned))?.id, "b");
  assertEquals(settlingUnit(planned, new Map()), null, "what is not loaded was not looked into");
});

Deno.test("settlingUnit() is none where nothing is to be executed", async () => {
  const { id, order, checksum, file: name } = file("1_a.ts");
  const planned = plan([file("1_a.ts")], await historyOf(draft({ changeId: id, order, checksum, file: name })));
  assertEquals([planned.steps, settlingUnit(planned, new Map())], [[], null]);
});
