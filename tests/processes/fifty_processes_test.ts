import { assertEquals } from "@std/assert";
import { counterStoreKinds } from "./counter_store.ts";
import { Project } from "./project.ts";

const PROCESSES = 50;
/** How many rounds there are for each kind of database. */
const ROUNDS: Readonly<Record<string, number>> = { MongoDB: 3, SQLite: 1 };
const UNITS = Array.from({ length: 20 }, (_, index) => ({ id: `unit_${index + 1}`, transactional: true }));
const EACH_ONCE = Object.fromEntries(UNITS.map(({ id }) => [id, 1]));

for (const kind of counterStoreKinds) {
  for (let round = 1; round <= (ROUNDS[kind.name] ?? 0); round++) {
    const name = `fifty processes at once apply twenty change units once and all exit 0, round ${round}`;
    kind.test(name, async (store) => {
      // The usual lease: a short one could lapse while fifty processes start on a machine with few processors.
      await using project = await Project.make(kind, { ...store, url: patient(store.url) }, UNITS, {});
      const ended = await Promise.all(Array.from({ length: PROCESSES }, () => project.migrate().ended));
      assertEquals(ended.filter(({ code }) => code !== 0), []);
      assertEquals(await store.counters(), EACH_ONCE);
      const executed = (await store.history()).filter(({ state }) => state === "EXECUTED").map(({ changeId }) =>
        changeId
      );
      assertEquals(executed, UNITS.map(({ id }) => id));
    });
  }
}

/** The same URL with time enough to find the server while fifty processes start on a machine with few processors. */
function patient(url: string): string {
  return url.startsWith("mongodb:") ? `${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=60000` : url;
}
