import { assertEquals, assertGreater, assertRejects, assertStrictEquals } from "@std/assert";
import { allow, type ConformanceCase, hasTransactions, isVisible, pause } from "./conformance_case.ts";
import { makeEntries, makeEntry, START } from "./sample_entries.ts";

/** Rules about what becomes of the work of a transaction. */
export const transactionCases: readonly ConformanceCase[] = [
  {
    group: "transaction",
    rule: "what was done and its entry are committed together, and the result is passed on",
    appliesTo: hasTransactions,
    async run(bench) {
      const entry = await makeEntry(START);
      const result = await bench.driver.transaction(async ({ context, append }) => {
        await bench.store.write(context, "key");
        await append(entry);
        return "result";
      }, allow);
      assertEquals(result, "result");
      assertEquals(await isVisible(bench, "key"), true);
      assertEquals(await bench.other.readHistory(), [entry]);
    },
  },
  {
    group: "transaction",
    rule: "several entries of one transaction are committed together, or none of them",
    appliesTo: hasTransactions,
    async run({ driver, other }) {
      const entries = await makeEntries(3);
      const add = (fails: boolean) =>
        driver.transaction(async ({ append }) => {
          for (const entry of entries) await append(entry);
          if (fails) throw new Error("no");
        }, allow);
      await assertRejects(() => add(true), Error, "no");
      assertEquals(await other.readHistory(), []);
      await add(false);
      assertEquals(await other.readHistory(), entries);
    },
  },
  {
    group: "transaction",
    rule: "when the work throws, nothing of it stays and the same error comes out",
    appliesTo: hasTransactions,
    async run(bench) {
      const entry = await makeEntry(START);
      const error = new Error("no");
      const thrown = await assertRejects(() =>
        bench.driver.transaction(async ({ context, append }) => {
          await bench.store.write(context, "key");
          await append(entry);
          throw error;
        }, allow)
      );
      assertStrictEquals(thrown, error);
      assertEquals(await isVisible(bench, "key"), false);
      assertEquals(await bench.other.readHistory(), []);
    },
  },
  {
    group: "transaction",
    rule: "the work runs once, whether it succeeds or fails",
    appliesTo: hasTransactions,
    async run({ driver }) {
      let runs = 0;
      await driver.transaction(() => Promise.resolve(runs++), allow);
      assertEquals(runs, 1);
      await assertRejects(
        () => driver.transaction(() => Promise.reject(new Error(`no ${runs++}`)), allow),
        Error,
        "no",
      );
      assertEquals(runs, 2);
    },
  },
  {
    group: "transaction",
    rule: "nobody else sees what was done or its entry before the commit",
    appliesTo: hasTransactions,
    async run(bench) {
      // In some databases the first write makes the place that is then read.
      await bench.store.write(bench.driver.context(allow), "other key");
      const entry = await makeEntry(START);
      await bench.driver.transaction(async ({ context, append }) => {
        await bench.store.write(context, "key");
        assertEquals(await isVisible(bench, "key"), false);
        await append(entry);
        assertEquals(await bench.other.readHistory(), []);
      }, allow);
      assertEquals(await isVisible(bench, "key"), true);
      assertEquals(await bench.other.readHistory(), [entry]);
    },
  },
  {
    group: "transaction",
    rule: "the work reads what it has written, unless the driver says that it does not",
    appliesTo: hasTransactions,
    async run({ driver, store }) {
      await store.write(driver.context(allow), "other key");
      await driver.transaction(async ({ context }) => {
        await store.write(context, "key");
        assertEquals(await store.has(context, "key"), driver.supports.readsOwnWrites ?? true);
        assertEquals(await store.has(context, "other key"), true);
      }, allow);
    },
  },
  {
    group: "transaction",
    rule: "the lease can be renewed while a transaction is open, and the renewal outlives its rollback",
    appliesTo: hasTransactions,
    async run({ driver, other, store }) {
      const lease = { owner: "ann", hostname: "", leaseMs: 300 };
      const reply = await driver.acquireLease(lease);
      assertEquals(reply.held, true);
      const token = reply.held ? reply.token : 0;
      await assertRejects(
        () =>
          driver.transaction(async ({ context }) => {
            await store.write(context, "key");
            const renewed = await driver.renewLease({ owner: "ann", token, leaseMs: 60_000 });
            assertEquals(renewed.held, true);
            throw new Error("no");
          }, allow),
        Error,
        "no",
      );
      await pause(350);
      assertEquals((await other.acquireLease({ ...lease, owner: "bob" })).held, false);
    },
  },
  {
    group: "transaction",
    rule: "after a transaction that failed the next one works",
    appliesTo: hasTransactions,
    async run(bench) {
      await assertRejects(() => bench.driver.transaction(() => Promise.reject(new Error("no")), allow), Error, "no");
      await bench.driver.transaction(async ({ context, append }) => {
        await bench.store.write(context, "key");
        await append(await makeEntry(START));
      }, allow);
      assertEquals(await isVisible(bench, "key"), true);
    },
  },
  {
    group: "transaction",
    rule: "the guard is asked before the database is used, and keeps it from being used",
    appliesTo: hasTransactions,
    async run(bench) {
      const refusal = new Error("the guard says no");
      const thrown = await assertRejects(() =>
        bench.driver.transaction(async ({ context }) => {
          await bench.store.write(context, "key");
        }, () => {
          throw refusal;
        })
      );
      assertStrictEquals(thrown, refusal);
      assertEquals(await isVisible(bench, "key"), false);
    },
  },
  {
    group: "transaction",
    rule: "the guard is asked before every use of the database in a transaction",
    appliesTo: hasTransactions,
    async run(bench) {
      const refusal = new Error("the guard says no");
      let asked = 0;
      let isOver = false;
      const guard = () => {
        asked++;
        if (isOver) throw refusal;
      };
      const thrown = await assertRejects(() =>
        bench.driver.transaction(async ({ context }) => {
          await bench.store.write(context, "one");
          const once = asked;
          await bench.store.write(context, "two");
          assertGreater(asked, once);
          isOver = true;
          await bench.store.write(context, "three");
        }, guard)
      );
      assertStrictEquals(thrown, refusal);
      for (const key of ["one", "two", "three"]) assertEquals(await isVisible(bench, key), false);
    },
  },
];
