import { assertEquals } from "@std/assert";
import { counterStoreKinds } from "./counter_store.ts";
import { Project } from "./project.ts";

const PROCESSES = 10;
/** How many rounds there are, where it is not as many as usual: what differs from round to round is the same protocol. */
const ROUNDS: Readonly<Record<string, number>> = { MySQL: 3, PostgreSQL: 3 };
const USUAL_ROUNDS = 10;
const UNITS = Array.from({ length: 20 }, (_, index) => ({ id: `unit_${index + 1}`, transactional: true }));

for (const kind of counterStoreKinds) {
  for (let round = 1; round <= (ROUNDS[kind.name] ?? USUAL_ROUNDS); round++) {
    const name = `ten processes at once apply twenty change units once and all exit 0, round ${round}`;
    kind.test(name, async (store) => {
      await using project = await Project.make(kind, store, UNITS);
      const ended = await Promise.all(Array.from({ length: PROCESSES }, () => project.migrate().ended));
      assertEquals(ended.filter(({ code }) => code !== 0), []);
      assertEquals(await store.counters(), Object.fromEntries(UNITS.map(({ id }) => [id, 1])));
      const written = (await store.history()).map(({ type, changeId, state }) => `${type} ${changeId} ${state}`);
      // One execution wrote, so nobody who waited did.
      assertEquals(written, ["RUN null STARTED", ...UNITS.map(({ id }) => `EXECUTION ${id} EXECUTED`)]);
    });
  }
}
