import { assertEquals } from "@std/assert";
import { type CounterStore, counterStoreKinds } from "./counter_store.ts";
import { type Process, Project } from "./project.ts";

/** Another seed with `DENOCK_SEED`; the moments that it gives are printed when a round goes wrong. */
const SEED = Number(Deno.env.get("DENOCK_SEED") ?? 1);
const ROUNDS = 5;
const UNITS = Array.from({ length: 20 }, (_, index) => ({ id: `unit_${index + 1}`, transactional: true }));
const EACH_ONCE = Object.fromEntries(UNITS.map(({ id }) => [id, 1]));
/** From before the client has connected until after the last commit, in milliseconds. */
const EARLIEST_MS = 100;
const LATEST_MS = 600;

for (const kind of counterStoreKinds.filter(({ name }) => name === "MongoDB" || name === "SQLite")) {
  kind.test(`runners killed at random moments (seed ${SEED}) lose nothing and double nothing`, async (store) => {
    await using project = await Project.make(kind, store, UNITS);
    const moments = momentsOf(SEED);
    for (const moment of moments) {
      const process = project.migrate();
      await pause(moment);
      signal(process, "SIGKILL");
      await process.ended;
      await assertAgreement(store, moments);
    }
    const { code, output } = await project.migrate().ended;
    assertEquals(code, 0, output);
    assertEquals(await store.counters(), EACH_ONCE);
    await assertAgreement(store, moments);
  });

  kind.test(`runners stopped at random moments (seed ${SEED}) double nothing when they go on`, async (store) => {
    await using project = await Project.make(kind, store, UNITS);
    const moments = momentsOf(SEED + 1);
    const stopped = await Promise.all(moments.map(async (moment) => {
      const process = project.migrate();
      await pause(moment);
      signal(process, "SIGSTOP");
      return process;
    }));
    // What one of them holds may keep the others waiting: they go on one after the other, newest first.
    for (const process of stopped.toReversed()) {
      signal(process, "SIGCONT");
      await pause(EARLIEST_MS);
      await assertAgreement(store, moments);
    }
    for (const { code, output } of await Promise.all(stopped.map(({ ended }) => ended))) {
      // 0: done, by itself or by another; 4: another has taken over.
      assertEquals([0, 4].includes(code), true, output);
    }
    const { code, output } = await project.migrate().ended;
    assertEquals(code, 0, output);
    assertEquals(await store.counters(), EACH_ONCE);
    await assertAgreement(store, moments);
  });
}

/** Asserts that what is recorded as executed was done once, and nothing else was done. */
async function assertAgreement(store: CounterStore, moments: readonly number[]): Promise<void> {
  // The history first: what is executed between the two reads may only be missing in it.
  const executed = (await store.history()).filter(({ state }) => state === "EXECUTED").map(({ changeId }) => changeId);
  const counters = await store.counters();
  assertEquals(new Set(executed).size, executed.length, `moments ${moments}`);
  assertEquals(Object.values(counters).filter((value) => value !== 1), [], `moments ${moments}`);
  assertEquals(executed.filter((id) => counters[String(id)] !== 1), [], `moments ${moments}`);
}

/** Moments by a linear congruential generator: the same for the same seed. */
function momentsOf(seed: number): number[] {
  let state = seed;
  return Array.from({ length: ROUNDS }, () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return EARLIEST_MS + Math.floor(state / 2 ** 32 * (LATEST_MS - EARLIEST_MS));
  });
}

/** Sends a signal to a process that may have ended by itself by then. */
function signal(process: Process, name: Deno.Signal): void {
  try {
    process.kill(name);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
