import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { CommitUnknownError, type Driver } from "../driver.ts";
import { allow, type ConformanceCase, hasTransactions } from "./conformance_case.ts";
import { makeEntry, START } from "./sample_entries.ts";

/** Rules about ending what other sessions hold, for databases that can do that. */
export const sessionCases: readonly ConformanceCase[] = [
  {
    group: "transaction",
    rule: "evict ends the open transaction of a session, which leaves nothing and its position free",
    appliesTo: canEvict,
    async run({ driver, other, store }) {
      await store.write(driver.context(allow), "other key");
      const entry = await makeEntry(START);
      const error = await assertRejects(() =>
        other.transaction(async ({ context, append }) => {
          await store.write(context, "key");
          await append(entry);
          await driver.evict?.([other.session ?? ""]);
        }, allow)
      );
      if (!(error instanceof CommitUnknownError)) assertNotEquals(other.classify(error), "permanent", String(error));
      assertEquals(await store.has(driver.context(allow), "key"), false);
      assertEquals(await driver.append(entry), "accepted");
    },
  },
  {
    group: "transaction",
    rule: "evict of nobody, or of a session that is gone, ends nobody's transaction",
    appliesTo: canEvict,
    async run({ driver, other, store, connect }) {
      await store.write(driver.context(allow), "other key");
      const gone = await connect();
      const session = gone.session ?? "";
      await gone.transaction(() => Promise.resolve(), allow);
      await gone[Symbol.asyncDispose]();
      await other.transaction(async ({ context, append }) => {
        await store.write(context, "key");
        for (const sessions of [[], [session]]) await driver.evict?.(sessions).catch(() => {});
        await append(await makeEntry(START));
      }, allow);
      assertEquals(await store.has(driver.context(allow), "key"), true);
      assertEquals((await driver.readHistory()).length, 1);
    },
  },
];

function canEvict(driver: Driver<object>): boolean {
  return hasTransactions(driver) && driver.evict !== undefined && driver.session !== null;
}
