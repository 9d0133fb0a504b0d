import { assertEquals, assertRejects } from "@std/assert";
import { HistoryError, MemoryDriver } from "../../mod.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import { HistoryLog } from "../../src/run/history_log.ts";
import { webRuntime } from "../../src/run/runtime.ts";
import { draft, runDraft, sealLog } from "../fixtures/log.ts";
import { EMPTY_HISTORY, extendHistory } from "../../src/history/history.ts";
import { storeWith } from "../fixtures/memory.ts";

async function openLog(...past: readonly EntryDraft[]) {
  const store = await storeWith(...past);
  const history = extendHistory(EMPTY_HISTORY, await sealLog(past));
  const driver = new MemoryDriver({ store });
  return { store, log: new HistoryLog({ driver, runtime: webRuntime, history, budgetMs: 100 }) };
}

Deno.test("HistoryLog refuses an entry that cannot follow, instead of making the history unreadable", async () => {
  const { store, log } = await openLog(runDraft(), draft({ state: "ROLLED_BACK" }));
  await assertRejects(() => log.append(draft({ state: "ROLLED_BACK" })), HistoryError, "cannot happen");
  assertEquals(store.entries.length, 2);
  await log.append(draft({ state: "STARTED" }));
  await assertRejects(() => log.append(draft({ state: "STARTED" })), HistoryError, "from STARTED to STARTED");
  await log.append(draft({ state: "EXECUTED" }));
  assertEquals(store.entries.map(({ state }) => state), ["STARTED", "ROLLED_BACK", "STARTED", "EXECUTED"]);
});

Deno.test("HistoryLog counts positions and never takes one that is somebody else's", async () => {
  const { store, log } = await openLog(runDraft());
  const other = new MemoryDriver({ store });
  const [, taken] = await sealLog([runDraft(), runDraft({ executionId: "other" })]);
  if (taken === undefined) throw new Error("There should be two entries");
  await other.append(taken);
  assertEquals(await log.tryAppend(draft()), false);
  await assertRejects(() => log.append(draft()), Error, "has lost the lock");
  assertEquals(store.entries.map(({ executionId }) => executionId), ["execution-1", "other"]);
});
