import { assertEquals, assertGreater, assertRejects, assertStrictEquals } from "@std/assert";
import { allow, type ConformanceCase, isVisible } from "./conformance_case.ts";

/** Rules about what change units get outside of a transaction. */
export const contextCases: readonly ConformanceCase[] = [
  {
    group: "context",
    rule: "what is done outside of a transaction is done at once",
    async run(bench) {
      await bench.store.write(bench.driver.context(allow), "key");
      assertEquals(await isVisible(bench, "key"), true);
    },
  },
  {
    group: "context",
    rule: "the schema can be changed outside of a transaction",
    appliesTo: (_, store) => store.changeSchema !== undefined,
    async run({ driver, other, store }) {
      assertEquals(await store.hasSchema?.(other.context(allow), "made"), false);
      await store.changeSchema?.(driver.context(allow), "made");
      assertEquals(await store.hasSchema?.(other.context(allow), "made"), true);
    },
  },
  {
    group: "context",
    rule: "the guard is asked before every use of the database",
    async run({ driver, store }) {
      let asked = 0;
      const context = driver.context(() => void asked++);
      await store.write(context, "one");
      const once = asked;
      await store.write(context, "two");
      const twice = asked;
      await store.has(context, "two");
      assertGreater(once, 0);
      assertGreater(twice, once);
      assertGreater(asked, twice);
    },
  },
  {
    group: "context",
    rule: "a guard that throws keeps the database from being used, also by what was made before",
    async run(bench) {
      const refusal = new Error("the guard says no");
      let isOver = false;
      const context = bench.driver.context(() => {
        if (isOver) throw refusal;
      });
      await bench.store.write(context, "before");
      isOver = true;
      const thrown = await assertRejects(async () => await bench.store.write(context, "after"));
      assertStrictEquals(thrown, refusal);
      assertEquals(await isVisible(bench, "after"), false);
    },
  },
];
