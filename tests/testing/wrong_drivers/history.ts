import type { ChangeEntry } from "../../../mod.ts";
import { alter, type WrongDriver } from "./wrong_driver.ts";

const RACES = [
  "history: of two who add",
  "history: of 20 who add",
];

/** Drivers that keep the history wrongly. */
export const wrongHistories: readonly WrongDriver[] = [
  {
    what: "empties the history when it is prepared again",
    noticedBy: ["lifecycle: prepare may be repeated"],
    spoil: (right, store) =>
      alter(right, {
        prepare: () => {
          store.entries.length = 0;
          return Promise.resolve();
        },
      }),
  },
  {
    what: "looks whether a position is taken before it adds, instead of leaving that to the database",
    noticedBy: RACES,
    spoil: (right, store) =>
      alter(right, {
        async append(entry) {
          if (store.entries.some(({ seq }) => seq === entry.seq)) return "taken";
          await new Promise((resolve) => setTimeout(resolve, 1));
          store.entries.push(entry);
          return "accepted";
        },
      }),
  },
  {
    what: "overwrites what stands at a position",
    noticedBy: ["history: a position that is taken is refused", ...RACES],
    spoil: (right, store) =>
      alter(right, {
        append(entry) {
          const index = store.entries.findIndex(({ seq }) => seq === entry.seq);
          if (index < 0) return right.append(entry);
          store.entries[index] = entry;
          return Promise.resolve("accepted");
        },
      }),
  },
  {
    what: "takes the next free position when one is taken",
    noticedBy: ["history: a position that is taken is refused", ...RACES],
    spoil: (right, store) =>
      alter(right, {
        append: (entry) => right.append({ ...entry, seq: Math.max(entry.seq, (store.entries.at(-1)?.seq ?? 0) + 1) }),
      }),
  },
  {
    what: "reads the whole history whatever the position",
    noticedBy: [
      "history: entries come in the order",
      "history: the newest entry comes alone",
      "history: a history of 10,000",
    ],
    spoil: (right) => alter(right, { readHistory: () => right.readHistory() }),
  },
  {
    what: "reads the entry at the position as well",
    noticedBy: [
      "history: entries come in the order",
      "history: the newest entry comes alone",
      "history: a history of 10,000",
    ],
    spoil: (right) =>
      alter(right, {
        readHistory: ({ after = 0, ...range } = {}) => right.readHistory({ ...range, after: Math.max(0, after - 1) }),
      }),
  },
  {
    what: "sorts positions as texts",
    noticedBy: [
      "history: odd texts",
      "history: entries come in the order",
      "history: of two who add",
      "history: a history of 10,000",
    ],
    spoil: (right) =>
      alter(right, {
        async readHistory(options) {
          return (await right.readHistory(options)).toSorted((a, b) => String(a.seq) < String(b.seq) ? -1 : 1);
        },
      }),
  },
  {
    what: "reads the newest entry alone whatever its `settled`",
    noticedBy: ["history: the newest entry comes alone"],
    spoil: (right) =>
      alter(right, {
        async readHistory(range = {}) {
          const entries = await right.readHistory(range);
          return range.unlessSettled === undefined ? entries : entries.slice(-1);
        },
      }),
  },
  {
    what: "reads the newest entry with this `settled` alone, although others have followed it",
    noticedBy: ["history: the newest entry comes alone"],
    spoil: (right) =>
      alter(right, {
        async readHistory(range = {}) {
          const entries = await right.readHistory(range);
          const settled = entries.filter((entry) => entry.settled === range.unlessSettled);
          return settled.length > 0 ? settled.slice(-1) : entries;
        },
      }),
  },
  {
    what: "never reads the newest entry alone",
    noticedBy: ["history: the newest entry comes alone"],
    spoil: (right) => alter(right, { readHistory: ({ after = 0 } = {}) => right.readHistory({ after }) }),
  },
  {
    what: "reads no more than the first 1,000 entries",
    noticedBy: ["history: a history of 10,000"],
    spoil: (right) =>
      alter(right, { readHistory: async (options) => (await right.readHistory(options)).slice(0, 1_000) }),
  },
  {
    what: "forgets the comment of an entry",
    noticedBy: [
      "lifecycle: prepare may be repeated",
      "history: an entry comes back",
      "history: odd texts",
      "history: entries come in the order",
      "history: the newest entry comes alone",
      "history: a history of 10,000",
      "history: a position that is taken is refused",
      "history: of 20 who add",
      "transaction: what was done and its entry",
      "transaction: several entries",
      "transaction: nobody else sees",
      "transaction: an entry at a position that is taken",
      "transaction: a position that is taken after the begin",
      "transaction: a fence keeps the transaction from committing",
    ],
    spoil: (right) => reading(right, (entry) => ({ ...entry, comment: null })),
  },
  {
    what: "gives undefined where null was stored",
    noticedBy: ["history: a RUN entry"],
    spoil: (right) => reading(right, (entry) => entry.changeId === null ? withoutNulls(entry) : entry),
  },
  {
    what: "takes spaces from the ends of texts",
    noticedBy: ["history: odd texts"],
    spoil: (right) => reading(right, (entry) => ({ ...entry, changeId: entry.changeId?.trim() ?? null })),
  },
  {
    what: "normalises texts",
    noticedBy: ["history: odd texts"],
    spoil: (right) => reading(right, (entry) => ({ ...entry, author: entry.author?.normalize("NFC") ?? null })),
  },
  {
    what: "keeps what it adds to itself for a while",
    noticedBy: [
      "lifecycle: the end of a driver",
      "history: an entry comes back",
      "history: the newest entry comes alone",
      "history: a position that is taken is refused",
      ...RACES,
      "transaction: an entry at a position that is taken",
      "transaction: a position that is taken after",
      "transaction: a fence adds nothing",
      "transaction: a fence keeps the transaction from committing",
      "transaction: a fence keeps its position",
    ],
    spoil(right) {
      const own: ChangeEntry[] = [];
      return alter(right, {
        append(entry) {
          if (own.some(({ seq }) => seq === entry.seq)) return Promise.resolve("taken");
          own.push(entry);
          return Promise.resolve("accepted");
        },
        async readHistory({ after = 0 } = {}) {
          const entries = [...await right.readHistory(), ...own].toSorted((left, right) => left.seq - right.seq);
          return structuredClone(entries.filter(({ seq }) => seq > after));
        },
      });
    },
  },
];

function reading(right: Parameters<WrongDriver["spoil"]>[0], change: (entry: ChangeEntry) => ChangeEntry) {
  return alter(right, { readHistory: async (options) => (await right.readHistory(options)).map(change) });
}

function withoutNulls(entry: ChangeEntry): ChangeEntry {
  const fields = Object.entries(entry).map(([name, value]) => [name, value ?? undefined]);
  return Object.fromEntries(fields);
}
