import { assert, assertEquals } from "@std/assert";
import { type ConformanceCase, makeEntry, START } from "./conformance_case.ts";

/** Rules about the beginning. */
export const lifecycleCases: readonly ConformanceCase[] = [
  {
    group: "lifecycle",
    rule: "reading the history and the lease of an empty database gives nothing and needs no preparation",
    async run({ driver }) {
      assertEquals(await driver.readHistory(), []);
      assertEquals(await driver.readLease(), null);
    },
  },
  {
    group: "lifecycle",
    rule: "prepare may be repeated and keeps what is there",
    async run({ driver }) {
      await driver.prepare({ transactions: driver.supports.transactions });
      const entry = await makeEntry(START);
      assertEquals(await driver.append(entry), "accepted");
      await driver.prepare({ transactions: driver.supports.transactions });
      assertEquals(await driver.readHistory(), [entry]);
    },
  },
  {
    group: "lifecycle",
    rule: "prepare by several at the same time either succeeds or fails in a way that is worth another try",
    async run({ driver, other }) {
      const need = { transactions: driver.supports.transactions };
      const results = await Promise.allSettled([driver, other].map((each) => each.prepare(need)));
      for (const result of results) {
        if (result.status === "rejected") assertEquals(driver.classify(result.reason), "transient");
      }
      assert(results.some(({ status }) => status === "fulfilled"));
    },
  },
  {
    group: "lifecycle",
    rule: "an error that does not come from the database is permanent",
    run({ driver }) {
      assertEquals(driver.classify(new Error("no")), "permanent");
      assertEquals(driver.classify("no"), "permanent");
      return Promise.resolve();
    },
  },
];
