import { type ChangeEntry, type Guard, PositionTakenError } from "../../../mod.ts";
import { alter, type WrongDriver } from "./wrong_driver.ts";
import { type Work, working } from "./working.ts";

/** Drivers whose transactions take the position of their entry wrongly. */
export const wrongPositions: readonly WrongDriver[] = [
  {
    what: "adds the entry of a transaction outside of it, when it is committed",
    noticedBy: [
      "transaction: an entry at a position that is taken",
      "transaction: a position that is taken after the begin",
    ],
    spoil: (right) =>
      alter(right, {
        async transaction<Result>(work: Work<Result>, guard: Guard) {
          const late: ChangeEntry[] = [];
          const append = (entry: ChangeEntry) => Promise.resolve(void late.push(entry));
          const result = await right.transaction((transaction) => work({ ...transaction, append }), guard);
          for (const entry of late) {
            if (await right.append(entry) === "taken") throw new PositionTakenError("too late");
          }
          return result;
        },
      }),
  },
  {
    what: "adds the entry of a transaction at once, outside of it",
    noticedBy: [
      "transaction: several entries",
      "transaction: when the work throws",
      "transaction: nobody else sees",
      "transaction: a position that a transaction has given up",
      "transaction: a change of the schema is part",
    ],
    spoil: (right) =>
      working(right, (transaction) => ({
        ...transaction,
        async append(entry) {
          if (await right.append(entry) === "taken") throw new PositionTakenError("taken");
        },
      })),
  },
  {
    what: "passes over an entry whose position is taken",
    noticedBy: [
      "transaction: an entry at a position that is taken",
      "transaction: a position that is taken after",
    ],
    spoil: (right) =>
      working(right, (transaction) => ({
        ...transaction,
        append: (entry) => transaction.append(entry).catch(() => {}),
      })),
  },
  {
    what: "does not say that it was the position that is taken",
    noticedBy: [
      "transaction: an entry at a position that is taken",
      "transaction: a position that is taken after",
      "transaction: a fence adds nothing",
      "transaction: a fence keeps the transaction from committing",
    ],
    spoil: (right) =>
      alter(right, {
        async transaction<Result>(work: Work<Result>, guard: Guard) {
          try {
            return await right.transaction(work, guard);
          } catch (error) {
            throw error instanceof PositionTakenError ? new Error("duplicate key") : error;
          }
        },
      }),
  },
  {
    what: "has a fence that does nothing",
    noticedBy: [
      "transaction: a fence adds nothing",
      "transaction: a fence keeps the transaction from committing",
      "transaction: a fence keeps its position",
    ],
    spoil: (right) => working(right, (transaction) => ({ ...transaction, fence: () => Promise.resolve() })),
  },
  {
    what: "has a fence that only looks",
    noticedBy: ["transaction: a fence keeps its position"],
    spoil: (right, store) =>
      working(right, (transaction) => ({
        ...transaction,
        fence({ seq }) {
          const isTaken = store.entries.some((entry) => entry.seq === seq);
          return isTaken ? Promise.reject(new PositionTakenError("taken")) : Promise.resolve();
        },
      })),
  },
  {
    what: "has a fence that adds its entry",
    noticedBy: ["transaction: a fence adds nothing"],
    spoil: (right) => working(right, (transaction) => ({ ...transaction, fence: transaction.append })),
  },
  {
    what: "does not give a position free when the transaction fails",
    noticedBy: [
      "transaction: a position that a transaction has given up",
      "transaction: a fence adds nothing",
      "transaction: a fence keeps its position",
    ],
    spoil(right, store) {
      return working(right, (transaction) => ({
        ...transaction,
        async fence(entry) {
          await transaction.fence(entry);
          lost.set(store, entry.seq);
        },
      }), {
        append: (entry) => lost.get(store) === entry.seq ? Promise.resolve("taken") : right.append(entry),
      });
    },
  },
];

/** The positions that one of the drivers does not give free. */
const lost = new WeakMap<object, number>();
