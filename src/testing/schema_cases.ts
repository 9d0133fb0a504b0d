import { assertEquals, assertRejects } from "@std/assert";
import type { Driver } from "../driver.ts";
import { allow, type ConformanceCase, hasTransactions, isVisible } from "./conformance_case.ts";
import type { ConformanceStore } from "./conformance_store.ts";
import { makeEntry, START } from "./sample_entries.ts";

/** Rules about changes of the schema in a transaction, for stores that can say what one is. */
export const schemaCases: readonly ConformanceCase[] = [
  {
    group: "transaction",
    rule: "a change of the schema is part of the transaction",
    appliesTo: (driver, store) => isAbout(driver, store) && driver.supports.schemaChanges === "transactional",
    async run({ driver, other, store }) {
      const change = (name: string, fails: boolean) =>
        driver.transaction(async ({ context, append }) => {
          await store.changeSchema?.(context, name);
          await append(await makeEntry(START));
          if (fails) throw new Error("no");
        }, allow);
      await assertRejects(() => change("given_up", true), Error, "no");
      assertEquals(await store.hasSchema?.(other.context(allow), "given_up"), false);
      assertEquals(await other.readHistory(), []);
      await change("kept", false);
      assertEquals(await store.hasSchema?.(other.context(allow), "kept"), true);
    },
  },
  {
    group: "transaction",
    rule: "a change of the schema that cannot be part of the transaction is refused, and nothing of the work stays",
    appliesTo: (driver, store) => isAbout(driver, store) && driver.supports.schemaChanges !== "transactional",
    async run(bench) {
      const { driver, other, store } = bench;
      await store.write(driver.context(allow), "other key");
      const refusal = await assertRejects(() =>
        driver.transaction(async ({ context, append }) => {
          await store.write(context, "key");
          await append(await makeEntry(START));
          await store.changeSchema?.(context, "refused");
        }, allow)
      );
      assertEquals(driver.classify(refusal), "permanent");
      assertEquals(await isVisible(bench, "key"), false);
      assertEquals(await other.readHistory(), []);
      assertEquals(await store.hasSchema?.(other.context(allow), "refused"), false);
    },
  },
  {
    group: "transaction",
    rule: "a refused change of the schema that the work catches has committed nothing",
    appliesTo: (driver, store) => isAbout(driver, store) && driver.supports.schemaChanges !== "transactional",
    async run(bench) {
      const { driver, other, store } = bench;
      await store.write(driver.context(allow), "other key");
      await assertRejects(() =>
        driver.transaction(async ({ context }) => {
          await store.write(context, "key");
          await store.changeSchema?.(context, "refused").catch(() => {});
          throw new Error("no");
        }, allow)
      );
      assertEquals(await isVisible(bench, "key"), false);
      assertEquals(await store.hasSchema?.(other.context(allow), "refused"), false);
    },
  },
];

function isAbout(driver: Driver<object>, store: ConformanceStore<object>): boolean {
  return hasTransactions(driver) && store.changeSchema !== undefined && store.hasSchema !== undefined;
}
