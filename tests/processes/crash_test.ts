import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { counterStoreKinds } from "./counter_store.ts";
import { Project, type UnitSource } from "./project.ts";

/** Nobody competes with a process that is alive here, so what most tests wait for may be short. In milliseconds. */
const LEASE_MS = 1_000;
const POLL_MS = 200;
const LOCK = { leaseMs: LEASE_MS, pollMs: POLL_MS };
const ONCE = { first: 1, middle: 1, last: 1 };
/** What starting a process and executing two change units may take on a busy machine, in milliseconds. */
const START_UP_MS = 2_500;

function units(transactional: boolean): UnitSource[] {
  return ["first", "middle", "last"].map((id) => ({ id, transactional }));
}

for (const kind of counterStoreKinds) {
  kind.test("SIGKILL in a transactional change unit: the next run applies it once, within a lease and two polls", async (store) => {
    await using project = await Project.make(kind, store, units(true), LOCK);
    const killed = project.migrate("middle");
    await killed.paused();
    killed.kill("SIGKILL");
    const startedAt = performance.now();
    const next = await project.migrate().ended;
    const elapsedMs = performance.now() - startedAt;
    await killed.ended;
    assertEquals(next.code, 0, next.output);
    assertEquals(await store.counters(), ONCE);
    assertLess(elapsedMs, LEASE_MS + 2 * POLL_MS + START_UP_MS);
  });

  kind.test("SIGKILL in a non-transactional change unit: the next run rolls it back and applies it", async (store) => {
    await using project = await Project.make(kind, store, units(false), LOCK);
    const killed = project.migrate("middle");
    await killed.paused();
    killed.kill("SIGKILL");
    await killed.ended;
    assertEquals(await store.counters(), { first: 1, middle: 1 });
    const next = await project.migrate().ended;
    assertEquals(next.code, 0, next.output);
    assertEquals(await store.counters(), ONCE);
    const states = (await store.history()).filter(({ changeId }) => changeId === "middle").map(({ state }) => state);
    assertEquals(states, ["STARTED", "ROLLED_BACK", "STARTED", "EXECUTED"]);
  });

  kind.test("SIGTERM in a change unit: it is rolled back and recorded, and the next run need not wait", async (store) => {
    await using project = await Project.make(kind, store, units(true), LOCK);
    const interrupted = project.migrate("middle");
    await interrupted.paused();
    interrupted.kill("SIGTERM");
    const { code, output } = await interrupted.ended;
    assertEquals(code, 130, output);
    assertEquals(await store.counters(), { first: 1 });
    assertEquals((await store.history()).at(-1)?.state, "FAILED");
    const startedAt = performance.now();
    const next = await project.migrate().ended;
    assertEquals(next.code, 0, next.output);
    assertEquals(await store.counters(), ONCE);
    assertLess(performance.now() - startedAt, START_UP_MS);
  });

  // A transaction that is stopped keeps the only writer's place of SQLite: nobody can overtake it there.
  for (const transactional of kind.name === "SQLite" ? [false] : [true, false]) {
    const sort = transactional ? "transactional" : "non-transactional";
    kind.test(`SIGSTOP in a ${sort} change unit: a second run overtakes, the stopped one has lost the lock`, async (store) => {
      await using project = await Project.make(kind, store, units(transactional), LOCK);
      const stopped = project.migrate("middle");
      await stopped.paused();
      stopped.kill("SIGSTOP");
      const second = await project.migrate().ended;
      assertEquals(second.code, 0, second.output);
      assertEquals(await store.counters(), ONCE);
      const written = (await store.history()).length;
      stopped.kill("SIGCONT");
      const late = await stopped.ended;
      assertEquals(late.code, 4, late.output);
      assertStringIncludes(late.output, "LOCK_LOST");
      assertStringIncludes(late.output, "lost the lock");
      assertEquals(await store.counters(), ONCE);
      assertEquals((await store.history()).length, written);
    });
  }
}
