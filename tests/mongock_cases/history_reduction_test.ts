import { assertEquals, assertRejects } from "@std/assert";
import { Double, Int32, Long } from "mongodb";
import { ChangeFailedError, type ChangeState, HistoryError, type PlannedChange } from "../../mod.ts";
import { draft, runDraft } from "../fixtures/log.ts";
import { counting, runnerOn as memoryRunnerOn, storeWith } from "../fixtures/memory.ts";
import { entriesOf, everyDatabase, onMongodb, runnerOn } from "./bench.ts";
import { unitsOn } from "./units.ts";

type Decision = PlannedChange["decision"];

/** The entries that bring a change unit into a state, whatever it was in before. */
const STEPS: Partial<Record<ChangeState, readonly ChangeState[]>> = {
  EXECUTED: ["EXECUTED"],
  FAILED: ["FAILED"],
  ROLLED_BACK: ["STARTED", "ROLLED_BACK"],
  ROLLBACK_FAILED: ["STARTED", "ROLLBACK_FAILED"],
};

/** What follows from the state that a change unit is in. */
const DECISIONS: Partial<Record<ChangeState, Decision>> = {
  EXECUTED: "done",
  FAILED: "run",
  ROLLED_BACK: "run",
  ROLLBACK_FAILED: "stop",
};

/** What is decided about a change unit after entries. */
async function decideAfter(states: readonly ChangeState[], said: { readonly runAlways?: boolean } = {}) {
  const about = { changeId: "a", author: "default-author", order: "1", file: null, checksum: null, ...said };
  const store = await storeWith(runDraft(), ...states.map((state) => draft({ ...about, state })));
  const { changes } = await memoryRunnerOn(store, [counting("1", "a", said)]).plan();
  return changes[0]?.decision;
}

for (const older of ["EXECUTED", "FAILED", "ROLLED_BACK"] as const) {
  for (const newer of [null, "EXECUTED", "FAILED", "ROLLED_BACK", "ROLLBACK_FAILED"] as const) {
    for (const ignored of [false, true]) {
      const over = [...(ignored ? ["IGNORED"] : []), ...(newer === null ? [] : [newer])].join(" over ");
      const decision = DECISIONS[newer ?? older];
      Deno.test(`history of ${over === "" ? "" : `${over} over `}${older}: the unit is to "${decision}"`, async () => {
        const states = [
          ...STEPS[older] ?? [],
          ...(newer === null ? [] : STEPS[newer] ?? []),
          ...(ignored ? ["IGNORED" as const] : []),
        ];
        assertEquals(await decideAfter(states), decision);
      });
    }
  }
}

for (const state of ["EXECUTED", "FAILED", "ROLLED_BACK", "IGNORED"] as const) {
  for (const runAlways of [false, true]) {
    const decision: Decision = state === "EXECUTED" && !runAlways ? "done" : "run";
    const kind = runAlways ? "a runAlways unit" : "a unit";
    Deno.test(`history of ${state} alone: ${kind} is to "${decision}"`, async () => {
      assertEquals(await decideAfter(STEPS[state] ?? [state], { runAlways }), decision);
    });
  }
}

for (const state of [null, undefined, "", "EXECUTED "]) {
  Deno.test(`history of the state ${JSON.stringify(state)} is refused, not taken for EXECUTED`, async () => {
    const error = await assertRejects(() => decideAfter([state as unknown as ChangeState]), HistoryError);
    assertEquals(error.code, "HISTORY_NEWER");
  });
}

onMongodb("a history whose numbers are of another BSON type reads the same", async (bench) => {
  const units = [unitsOn(bench)("1", "a")];
  await (await runnerOn(bench, units)).migrate();
  const history = bench.db.collection<{ _id: number }>("denockHistory");
  const written = await entriesOf(bench);
  assertEquals(written.map(({ executionMillis }) => executionMillis === null), [true, false]);
  const millis = written[1]?.executionMillis ?? NaN;
  for (const value of [Long.fromNumber(millis), new Int32(millis), new Double(millis)]) {
    await history.updateOne({ _id: 2 }, { $set: { executionMillis: value } });
    const [stored] = await history.aggregate([{ $match: { _id: 2 } }, {
      $project: { type: { $type: "$executionMillis" } },
    }])
      .toArray();
    assertEquals(stored?.type, { Long: "long", Int32: "int", Double: "double" }[value._bsontype]);
    const runner = await runnerOn(bench, units);
    assertEquals((await runner.validate()).problems, []);
    assertEquals(await entriesOf(bench), written);
  }
});

everyDatabase(
  "FAILED over EXECUTED: what the first run of a runAlways unit has left is still undone",
  async (bench) => {
    const unit = unitsOn(bench);
    await (await runnerOn(bench, [unit("1", "a", { runAlways: true }), unit("2", "b")])).migrate();
    const broken = [unit("1", "a", { runAlways: true, fails: ["execution"] }), unit("2", "b")];
    const runner = await runnerOn(bench, broken);
    await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(await bench.data(), { a: 1, b: 1 });
    assertEquals((await runner.undo({ all: true })).executed.map(({ id }) => id), ["b", "a"]);
    assertEquals(await bench.data(), {});
  },
);
