import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { PositionTakenError } from "../driver.ts";
import { allow, type ConformanceCase, isVisible, makeEntry, START } from "./conformance_case.ts";

/** Rules about transactions. */
export const transactionCases: readonly ConformanceCase[] = [
  {
    group: "transaction",
    rule: "what was done and its entry are committed together, and the result is passed on",
    needs: "transactions",
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
    rule: "when the work throws, nothing of it stays and the same error comes out",
    needs: "transactions",
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
    rule: "what was done is not seen by others before the commit, but by the work itself",
    needs: "transactions",
    async run(bench) {
      // In some databases the first write makes the place that is then read.
      await bench.store.write(bench.driver.context(allow), "other key");
      await bench.driver.transaction(async ({ context, append }) => {
        await bench.store.write(context, "key");
        assertEquals(await bench.store.has(context, "key"), true);
        assertEquals(await isVisible(bench, "key"), false);
        await append(await makeEntry(START));
      }, allow);
      assertEquals(await isVisible(bench, "key"), true);
    },
  },
  {
    group: "transaction",
    rule: "an entry at a position that is taken is refused as such, and nothing of the work stays",
    needs: "transactions",
    async run(bench) {
      const standing = await makeEntry(START, { executionId: "standing" });
      await bench.driver.append(standing);
      await assertRejects(() =>
        bench.driver.transaction(async ({ context, append }) => {
          await bench.store.write(context, "key");
          await append(await makeEntry(START));
        }, allow), PositionTakenError);
      assertEquals(await isVisible(bench, "key"), false);
      assertEquals(await bench.other.readHistory(), [standing]);
    },
  },
  {
    group: "transaction",
    rule: "a position that is taken after the begin keeps the transaction from committing",
    needs: "transactions",
    async run(bench) {
      const standing = await makeEntry(START, { executionId: "standing" });
      let reply: unknown;
      const error = await assertRejects(() =>
        bench.driver.transaction(async ({ context, append }) => {
          await bench.store.write(context, "key");
          reply = await bench.other.append(standing).catch((error) => bench.driver.classify(error));
          if (reply !== "accepted") throw new Error("The database lets nobody else write, which is as good");
          await append(await makeEntry(START));
        }, allow)
      );
      if (reply === "accepted") {
        assert(error instanceof PositionTakenError || bench.driver.classify(error) === "transient", String(error));
        assertEquals(await bench.driver.readHistory(), [standing]);
      } else {
        assertEquals(reply, "transient");
      }
      assertEquals(await isVisible(bench, "key"), false);
    },
  },
  {
    group: "transaction",
    rule: "a fence adds nothing, and is refused where the position is taken",
    needs: "transactions",
    async run(bench) {
      const entry = await makeEntry(START);
      await bench.driver.transaction(async ({ context, fence }) => {
        await bench.store.write(context, "key");
        await fence(entry);
      }, allow);
      assertEquals(await isVisible(bench, "key"), true);
      assertEquals(await bench.other.readHistory(), []);
      assertEquals(await bench.other.append(entry), "accepted");
      await assertRejects(() => bench.driver.transaction(({ fence }) => fence(entry), allow), PositionTakenError);
    },
  },
  {
    group: "transaction",
    rule: "a fence keeps the transaction from committing when its position is taken after the begin",
    needs: "transactions",
    async run(bench) {
      const standing = await makeEntry(START, { executionId: "standing" });
      let reply: unknown;
      const error = await assertRejects(() =>
        bench.driver.transaction(async ({ context, fence }) => {
          await bench.store.write(context, "key");
          reply = await bench.other.append(standing).catch((error) => bench.driver.classify(error));
          if (reply !== "accepted") throw new Error("The database lets nobody else write, which is as good");
          await fence(await makeEntry(START));
        }, allow)
      );
      if (reply === "accepted") {
        assert(error instanceof PositionTakenError || bench.driver.classify(error) === "transient", String(error));
        assertEquals(await bench.driver.readHistory(), [standing]);
      }
      assertEquals(await isVisible(bench, "key"), false);
    },
  },
  {
    group: "transaction",
    rule: "the lease can be renewed while a transaction is open, and the renewal outlives its rollback",
    needs: "transactions",
    async run({ driver, other, store }) {
      const lease = { owner: "ann", hostname: "", leaseMs: 300 };
      const reply = await driver.acquireLease(lease);
      assert(reply.held);
      await assertRejects(() =>
        driver.transaction(async ({ context }) => {
          await store.write(context, "key");
          const renewed = await driver.renewLease({ owner: "ann", token: reply.token, leaseMs: 60_000 });
          assertEquals(renewed.held, true);
          throw new Error("no");
        }, allow)
      );
      await new Promise((resolve) => setTimeout(resolve, 350));
      assertEquals((await other.acquireLease({ ...lease, owner: "bob" })).held, false);
    },
  },
  {
    group: "transaction",
    rule: "after a transaction that failed the next one works",
    needs: "transactions",
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
    needs: "transactions",
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
];
