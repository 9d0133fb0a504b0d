import { assertEquals, assertRejects } from "@std/assert";
import { type ChangeEntry, HistoryError, HistoryNotWrittenError, MemoryDriver } from "../../mod.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import { HistoryLog } from "../../src/run/history_log.ts";
import { webRuntime } from "../../src/run/runtime.ts";
import { draft, runDraft, sealLog } from "../fixtures/log.ts";
import { EMPTY_HISTORY, extendHistory } from "../../src/history/history.ts";
import { storeWith } from "../fixtures/memory.ts";
import { SteppingRuntime } from "../fixtures/stepping_runtime.ts";

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

/** A log on a driver of its own, in time that passes at once. */
async function logOn(driver: MemoryDriver, said: { readonly redact?: (text: string) => string } = {}) {
  const past = [runDraft({ session: "01" })];
  const history = extendHistory(EMPTY_HISTORY, await sealLog(past));
  return new HistoryLog({ driver, runtime: new SteppingRuntime(), history, budgetMs: 5_000, ...said });
}

Deno.test("HistoryLog gives up on a position that is taken by nothing that lasts, when its time is over", async () => {
  let offers = 0;
  const driver = new class extends MemoryDriver {
    override append(): Promise<"taken"> {
      offers++;
      return Promise.resolve("taken");
    }
  }();
  const log = await logOn(driver);
  const message = "position 2 is taken by an entry that does not become durable";
  await assertRejects(() => log.append(draft()), HistoryNotWrittenError, message);
  assertEquals(offers > 1, true);
});

for (const isAllowed of [true, false]) {
  Deno.test(`HistoryLog asks for an end of older sessions when an append takes long, ${isAllowed ? "and" : "though not allowed, and"} goes on`, async () => {
    const evicted: (readonly string[])[] = [];
    const asked = Promise.withResolvers<void>();
    const store = await storeWith(runDraft({ session: "01" }));
    const driver = new class extends MemoryDriver {
      override async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
        await asked.promise;
        return await super.append(entry);
      }
      evict(sessions: readonly string[]): Promise<void> {
        evicted.push(sessions);
        asked.resolve();
        return isAllowed ? Promise.resolve() : Promise.reject(new Error("not allowed"));
      }
    }({ store });
    await (await logOn(driver)).append(draft());
    assertEquals([evicted, store.entries.length], [[["01"]], 2]);
  });
}

Deno.test("HistoryLog takes out of errors and comments what must not be kept, and of nothing else", async () => {
  const store = await storeWith(runDraft({ session: "01" }));
  const log = await logOn(new MemoryDriver({ store }), { redact: (text) => text.replaceAll("ann", "***") });
  const error = { name: "Error", code: null, message: "no ann" };
  await log.append(draft({ state: "FAILED", error }));
  await log.append(draft({ comment: { by: "ann", reason: "ann has looked" } }));
  const [failed, executed] = store.entries.slice(1);
  assertEquals([failed?.error, failed?.author, failed?.comment], [{ ...error, message: "no ***" }, "ann", null]);
  assertEquals([executed?.error, executed?.comment], [null, { by: "***", reason: "*** has looked" }]);
});
