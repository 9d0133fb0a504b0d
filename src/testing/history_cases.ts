import { assertEquals } from "@std/assert";
import { type ConformanceCase, makeEntries, makeEntry, START } from "./conformance_case.ts";

/** Rules about the history. */
export const historyCases: readonly ConformanceCase[] = [
  {
    group: "history",
    rule: "an entry comes back as it was added, every field of it",
    async run({ driver, other }) {
      const entry = await makeEntry(START);
      assertEquals(await driver.append(entry), "accepted");
      assertEquals(await driver.readHistory(), [entry]);
      assertEquals(await other.readHistory(), [entry]);
    },
  },
  {
    group: "history",
    rule: "a RUN entry comes back with its nulls",
    async run({ driver }) {
      const nothing = { changeId: null, author: null, order: null, file: null, checksum: null, systemVersion: null };
      const nothingElse = {
        runAlways: null,
        executionMillis: null,
        attempts: null,
        metadata: null,
        error: null,
        comment: null,
      };
      const entry = await makeEntry(START, {
        ...nothing,
        ...nothingElse,
        type: "RUN",
        state: "STARTED",
        session: "01ab",
      });
      await driver.append(entry);
      assertEquals(await driver.readHistory(), [entry]);
    },
  },
  {
    group: "history",
    rule: "entries come in the order of their positions, and only those behind the position that is given",
    async run({ driver }) {
      const entries = await makeEntries(12);
      for (const entry of entries) await driver.append(entry);
      assertEquals(await driver.readHistory(), entries);
      assertEquals(await driver.readHistory({ after: 9 }), entries.slice(9));
      assertEquals(await driver.readHistory({ after: 12 }), []);
    },
  },
  {
    group: "history",
    rule: "a position that is taken is refused and what stands there stays",
    async run({ driver, other }) {
      const first = await makeEntry(START, { executionId: "first" });
      const second = await makeEntry(START, { executionId: "second" });
      assertEquals(await driver.append(first), "accepted");
      assertEquals(await other.append(second), "taken");
      assertEquals(await driver.append(first), "taken");
      assertEquals(await other.readHistory(), [first]);
    },
  },
  {
    group: "history",
    rule: "of two who add at the same position at the same time one is accepted",
    async run({ driver, other }) {
      for (const [index, entry] of (await makeEntries(10)).entries()) {
        const rival = await makeEntry(index === 0 ? START : { seq: entry.seq - 1, digest: entry.previous });
        const replies = await Promise.all([driver.append(entry), other.append(rival)]);
        assertEquals(replies.toSorted(), ["accepted", "taken"]);
      }
      assertEquals((await driver.readHistory()).map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    },
  },
];
