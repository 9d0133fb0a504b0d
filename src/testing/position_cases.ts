import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { CommitUnknownError, type Driver, PositionTakenError, type Transaction } from "../driver.ts";
import type { ChangeEntry } from "../history/change_entry.ts";
import {
  allow,
  type ConformanceBench,
  type ConformanceCase,
  hasTransactions,
  isVisible,
  pause,
} from "./conformance_case.ts";
import { makeEntry, START } from "./sample_entries.ts";

type Claim = keyof Pick<Transaction<object>, "append" | "fence">;

/** Rules about the position of an entry in a transaction: the history is the fence. */
export const positionCases: readonly ConformanceCase[] = [
  {
    group: "transaction",
    rule: "an entry at a position that is taken is refused as such, and nothing of the work stays",
    appliesTo: hasTransactions,
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
    appliesTo: hasTransactions,
    run: (bench) => losesToLateEntry(bench, "append"),
  },
  {
    group: "transaction",
    rule: "of two transactions with an entry at the same position one is committed",
    appliesTo: hasTransactions,
    async run({ driver, other, store }) {
      // In some databases the first write makes the place, which two cannot do at once.
      await store.write(driver.context(allow), "other key");
      const commit = async (each: Driver<object>, entry: ChangeEntry) => {
        await each.transaction(async ({ context, append }) => {
          await store.write(context, entry.executionId);
          await append(entry);
        }, allow);
        return entry.executionId;
      };
      const one = await makeEntry(START, { executionId: "one" });
      const two = await makeEntry(START, { executionId: "two" });
      const results = await Promise.allSettled([commit(driver, one), commit(other, two)]);
      const committed = results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
      for (const result of results) if (result.status === "rejected") assertIsRefusal(driver, result.reason);
      assertEquals(committed.length, 1);
      assertEquals((await driver.readHistory()).map(({ executionId }) => executionId), committed);
      for (const key of ["one", "two"]) {
        assertEquals(await store.has(driver.context(allow), key), committed.includes(key));
      }
    },
  },
  {
    group: "transaction",
    rule: "a position that a transaction has given up is free again",
    appliesTo: hasTransactions,
    async run({ driver, other }) {
      const entry = await makeEntry(START);
      const giveUp = (claim: Claim) =>
        assertRejects(
          () =>
            driver.transaction(async (transaction) => {
              await transaction[claim](entry);
              throw new Error("no");
            }, allow),
          Error,
          "no",
        );
      await giveUp("append");
      await giveUp("fence");
      assertEquals(await other.append(entry), "accepted");
    },
  },
  {
    group: "transaction",
    rule: "a fence adds nothing, and is refused where the position is taken",
    appliesTo: hasTransactions,
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
    appliesTo: hasTransactions,
    run: (bench) => losesToLateEntry(bench, "fence"),
  },
  {
    group: "transaction",
    rule: "a fence keeps its position free until the commit, or the transaction fails",
    appliesTo: hasTransactions,
    async run({ driver, other, store }) {
      const standing = await makeEntry(START, { executionId: "standing" });
      await store.write(driver.context(allow), "other key");
      let late: Promise<unknown> | undefined;
      let reply: unknown;
      let wasAccepted = false;
      const error = await driver.transaction(async ({ context, fence }) => {
        await store.write(context, "key");
        await fence(await makeEntry(START));
        late = other.append(standing).catch((error) => other.classify(error)).then((given) => reply = given);
        // It may wait for the end of the transaction, so that is not waited for here.
        await pause(50);
        wasAccepted = reply === "accepted";
        return undefined;
      }, allow).catch((error: unknown) => error);
      assertNotEquals(await late, "taken", "A fence must leave nothing");
      assertEquals(error !== undefined, wasAccepted);
      if (wasAccepted) assertIsRefusal(driver, error);
      assertEquals(await store.has(driver.context(allow), "key"), !wasAccepted);
    },
  },
];

async function losesToLateEntry(bench: ConformanceBench, claim: Claim): Promise<void> {
  const { driver, other, store } = bench;
  const standing = await makeEntry(START, { executionId: "standing" });
  let reply: unknown;
  const error = await assertRejects(() =>
    driver.transaction(async (transaction) => {
      await store.write(transaction.context, "key");
      reply = await other.append(standing).catch((error) => driver.classify(error));
      if (reply !== "accepted") throw new Error("The database lets nobody else write, which is as good");
      await transaction[claim](await makeEntry(START));
    }, allow)
  );
  const expected: ChangeEntry[] = [];
  if (reply === "accepted") {
    assertIsRefusal(driver, error);
    expected.push(standing);
  } else {
    assertEquals(reply, "transient");
  }
  assertEquals(await driver.readHistory(), expected);
  assertEquals(await isVisible(bench, "key"), false);
}

/** The position was taken, or the database had to end one of two: the core knows what to do about both. */
function assertIsRefusal(driver: Driver<object>, error: unknown): void {
  assert(!(error instanceof CommitUnknownError), "A refusal is no doubt about the commit");
  assert(error instanceof PositionTakenError || driver.classify(error) === "transient", String(error));
}
