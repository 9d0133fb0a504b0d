import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "../errors.ts";
import { allow, type ConformanceCase, hasTransactions } from "./conformance_case.ts";
import { makeEntry, START } from "./sample_entries.ts";

/** Rules about the beginning and the end. */
export const lifecycleCases: readonly ConformanceCase[] = [
  {
    group: "lifecycle",
    rule: "a driver has a name, and a session, if it names one, that no other driver has",
    run({ driver, other }) {
      assertNotEquals(driver.name, "");
      assertEquals(driver.session, driver.session);
      if (driver.session !== null) {
        assertNotEquals(driver.session, "");
        assertNotEquals(driver.session, other.session);
      }
      return Promise.resolve();
    },
  },
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
      await driver.acquireLease({ owner: "ann", hostname: "", leaseMs: 60_000 });
      await driver.prepare({ transactions: driver.supports.transactions });
      await driver.prepare({ transactions: false });
      assertEquals(await driver.readHistory(), [entry]);
      assertEquals((await driver.readLease())?.owner, "ann");
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
    rule: "a driver without transactions says so when they are needed, and runs no work as if it had them",
    appliesTo: (driver) => !hasTransactions(driver),
    async run({ driver }) {
      const error = await assertRejects(() => driver.prepare({ transactions: true }), DatabaseError);
      assertEquals(error.code, "TRANSACTIONS_UNAVAILABLE");
      await driver.prepare({ transactions: false });
      let runs = 0;
      const refusal = await assertRejects(() => driver.transaction(() => Promise.resolve(runs++), allow));
      assertEquals([driver.classify(refusal), runs], ["permanent", 0]);
    },
  },
  {
    group: "lifecycle",
    rule: "an error that does not come from the database is permanent",
    run({ driver }) {
      for (const error of [new Error("no"), new TypeError("no"), "no", undefined, null, {}, 11]) {
        assertEquals(driver.classify(error), "permanent");
      }
      return Promise.resolve();
    },
  },
  {
    group: "lifecycle",
    rule: "the end of a driver closes nothing that is the caller's",
    async run({ driver, store, connect }) {
      const ended = await connect();
      await driver.prepare({ transactions: driver.supports.transactions });
      await ended.append(await makeEntry(START));
      const context = ended.context(allow);
      await ended[Symbol.asyncDispose]();
      await ended[Symbol.asyncDispose]();
      await store.write(context, "key");
      assertEquals(await store.has(driver.context(allow), "key"), true);
      assertEquals((await driver.readHistory()).length, 1);
    },
  },
];
