import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChangeFailedError, type MemoryContext, MemoryStore, MigrationError } from "../../mod.ts";
import { webRuntime } from "../../src/run/runtime.ts";
import { TimeLimit } from "../../src/run/time_limit.ts";
import { counting, runnerOn } from "../fixtures/memory.ts";
import { file, unitOf } from "../fixtures/planned.ts";

async function useUntilStopped({ db }: MemoryContext): Promise<void> {
  for (;;) {
    db.set("a", 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

for (const transactional of [true, false]) {
  const sort = transactional ? "transactional" : "non-transactional";
  Deno.test(`A ${sort} change unit that takes longer than its timeoutMs fails and leaves nothing`, async () => {
    const store = new MemoryStore();
    const unit = counting("1", "a", { timeoutMs: 50, transactional, execution: useUntilStopped });
    const error = await assertRejects(
      () => runnerOn(store, [unit]).migrate(),
      ChangeFailedError,
      "longer than its 50 ms",
    );
    assertEquals(error.cause instanceof MigrationError && error.cause.code, "CHANGE_TIMED_OUT");
    assertEquals([error.report.failed[0]?.state, store.data.size], [transactional ? "FAILED" : "ROLLED_BACK", 0]);
  });
}

Deno.test("The signal of a change unit aborts when its time is over, so that it can stop by itself", async () => {
  const store = new MemoryStore();
  let aborted = false;
  const unit = counting("1", "a", {
    timeoutMs: 20,
    execution: ({ signal }) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(signal.reason);
        })
      ),
  });
  await assertRejects(() => runnerOn(store, [unit]).migrate(), ChangeFailedError);
  assert(aborted);
});

Deno.test("The limit holds for the before step by itself, and not for rollbacks", async () => {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 40));
  const unit = counting("1", "a", {
    timeoutMs: 60,
    transactional: false,
    beforeExecution: pause,
    execution: async () => {
      await pause();
      throw new Error("no");
    },
    rollbackExecution: async () => {
      await pause();
      await pause();
    },
    rollbackBeforeExecution: () => {},
  });
  const error = await assertRejects(() => runnerOn(new MemoryStore(), [unit]).migrate(), ChangeFailedError, "no");
  assertEquals(error.report.failed.map(({ state }) => state), ["ROLLED_BACK"]);
});

Deno.test("TimeLimit has aborted from its beginning where the execution has to stop already", () => {
  const unit = { ...unitOf(file("1_a.ts")), timeoutMs: null };
  using limit = new TimeLimit(unit, AbortSignal.abort("cancelled"), webRuntime);
  assertEquals([limit.signal.aborted, limit.signal.reason], [true, "cancelled"]);
});
