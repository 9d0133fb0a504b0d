import { assertEquals } from "@std/assert";
import type { ChangeEntry } from "../history/change_entry.ts";
import { verifyDigests } from "../history/digest.ts";
import { allow, type ConformanceCase, insist } from "./conformance_case.ts";
import { makeEntries, makeEntry, ODD_TEXTS, RUN_FIELDS, START } from "./sample_entries.ts";

/** More than any client gives in one go unless it is asked to. */
const MANY = 10_000;
/** Few enough for one transaction in every database. */
const AT_ONCE = 50;
/** How many processes may well start at the same moment. */
const RIVALS = 20;

/** Sealing so many takes a moment, and they are the same for every driver. */
let many: Promise<readonly ChangeEntry[]> | undefined;

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
      const entry = await makeEntry(START, RUN_FIELDS);
      await driver.append(entry);
      assertEquals(await driver.readHistory(), [entry]);
    },
  },
  {
    group: "history",
    rule: "odd texts, numbers and metadata come back as they were",
    async run({ driver }) {
      const entries: ChangeEntry[] = [];
      for (const text of ODD_TEXTS) {
        const metadata = { text, texts: [text, { text }], "a.b": text, $set: text, "": {}, none: [], no: null };
        const numbers = { metadata: { numbers: [0, -1, 0.1, 2 ** 40, 1e300], ...metadata }, executionMillis: 2 ** 40 };
        const names = { changeId: text, author: text, executionHostname: text, comment: { by: text, reason: text } };
        const error = { name: text, code: text, message: text };
        entries.push(await makeEntry(entries.at(-1) ?? START, { ...names, ...numbers, error, runAlways: false }));
      }
      for (const entry of entries) assertEquals(await driver.append(entry), "accepted");
      const read = await driver.readHistory();
      assertEquals(read, entries);
      await verifyDigests(read);
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
    rule: "the newest entry comes alone where its `settled` is the one that is asked for, else all entries come",
    async run({ driver }) {
      assertEquals(await driver.readHistory({ unlessSettled: "a" }), []);
      const entries: ChangeEntry[] = [];
      for (const settled of [null, "a", null, "b' OR '1' = '1", "$digest"]) {
        const entry = await makeEntry(entries.at(-1) ?? START, { settled });
        entries.push(entry);
        await driver.append(entry);
        for (const asked of ["a", "b' OR '1' = '1", "b", "$digest", ""]) {
          const expected = asked === settled ? [entry] : entries;
          assertEquals(await driver.readHistory({ unlessSettled: asked }), expected);
        }
      }
      assertEquals(await driver.readHistory({ unlessSettled: "a", after: 2 }), entries.slice(2));
    },
  },
  {
    group: "history",
    rule: `a history of ${MANY.toLocaleString("en")} entries comes whole and in order`,
    async run({ driver }) {
      many ??= makeEntries(MANY);
      const entries = await many;
      for (let from = 0; from < MANY; from += AT_ONCE) {
        const group = entries.slice(from, from + AT_ONCE);
        if (!driver.supports.transactions) { for (const entry of group) await driver.append(entry); }
        else {await driver.transaction(async ({ append }) => {
            for (const entry of group) await append(entry);
          }, allow);}
      }
      const placed = ({ seq, digest }: ChangeEntry) => `${seq} ${digest}`;
      assertEquals((await driver.readHistory()).map(placed).join(), entries.map(placed).join());
      assertEquals(await driver.readHistory({ after: MANY - 2 }), entries.slice(-2));
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
        const add = (each: typeof driver, own: ChangeEntry) => insist(each, () => each.append(own));
        const replies = await Promise.all([add(driver, entry), add(other, rival)]);
        assertEquals(replies.toSorted(), ["accepted", "taken"]);
      }
      assertEquals((await driver.readHistory()).map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    },
  },
  {
    group: "history",
    rule:
      `of ${RIVALS} who add at the same position at the same time one is accepted, and it is the one that stands there`,
    async run({ driver, connect }) {
      const rivals = await Promise.all(Array.from({ length: RIVALS }, connect));
      const entries = await Promise.all(rivals.map((_, index) => makeEntry(START, { executionId: `rival ${index}` })));
      const replies = await Promise.all(
        entries.map((entry, index) => {
          const rival = rivals[index] ?? driver;
          return insist(rival, () => rival.append(entry));
        }),
      );
      assertEquals(replies.filter((reply) => reply === "accepted").length, 1);
      assertEquals(replies.filter((reply) => reply === "taken").length, RIVALS - 1);
      assertEquals(await driver.readHistory(), entries.filter((_, index) => replies[index] === "accepted"));
    },
  },
];
