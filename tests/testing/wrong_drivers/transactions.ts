import { type Guard, MemoryDatabase, PositionTakenError } from "../../../mod.ts";
import { alter, type WrongDriver } from "./wrong_driver.ts";
import { type Right, type Work, working } from "./working.ts";

/** Drivers whose transactions are wrong. */
export const wrongTransactions: readonly WrongDriver[] = [
  {
    what: "gives change units a database outside of the transaction",
    noticedBy: [
      "transaction: when the work throws",
      "transaction: nobody else sees",
      "transaction: the guard is asked before every use of the database in a transaction",
      "transaction: an entry at a position that is taken",
      "transaction: a position that is taken after the begin",
      "transaction: of two transactions",
      "transaction: a fence keeps the transaction from committing",
      "transaction: a fence keeps its position",
      "transaction: a change of the schema is part",
    ],
    spoil: (right) => working(right, (transaction, guard) => ({ ...transaction, context: right.context(guard) })),
  },
  {
    what: "reads outside of the transaction in which it writes",
    noticedBy: ["transaction: the work reads what it has written"],
    spoil: (right, store) =>
      working(right, (transaction, guard) => ({
        ...transaction,
        context: {
          db: new MemoryDatabase(guard, () => store.data, (data) => {
            for (const [key, value] of data) transaction.context.db.set(key, value);
          }),
        },
      })),
  },
  {
    what: "claims that it does not read its own writes in a transaction",
    noticedBy: ["transaction: the work reads what it has written"],
    spoil: (right) => alter(right, { supports: { ...right.supports, readsOwnWrites: false } }),
  },
  {
    what: "throws an error of its own when the work has failed",
    noticedBy: [
      "transaction: several entries",
      "transaction: when the work throws",
      "transaction: the work runs once",
      "transaction: the lease can be renewed while",
      "transaction: after a transaction that failed",
      "transaction: the guard is asked before the database is used",
      "transaction: the guard is asked before every use of the database in a transaction",
      "transaction: a position that a transaction has given up",
      "transaction: a change of the schema is part",
    ],
    spoil: (right) =>
      alter(right, {
        async transaction<Result>(work: Work<Result>, guard: Guard) {
          try {
            return await right.transaction(work, guard);
          } catch (error) {
            if (error instanceof PositionTakenError || right.classify(error) === "transient") throw error;
            throw new Error("The transaction was rolled back");
          }
        },
      }),
  },
  {
    what: "tries a transaction again by itself",
    noticedBy: [
      "transaction: the work runs once",
      "transaction: a position that is taken after the begin",
      "transaction: a fence keeps the transaction from committing",
    ],
    spoil: (right) =>
      alter(right, {
        async transaction<Result>(work: Work<Result>, guard: Guard) {
          try {
            return await right.transaction(work, guard);
          } catch {
            return await right.transaction(work, guard);
          }
        },
      }),
  },
  {
    what: "does not pass on what the work gives",
    noticedBy: ["transaction: what was done and its entry"],
    spoil: (right) =>
      alter(right, {
        async transaction<Result>(work: Work<Result>, guard: Guard) {
          await right.transaction(work, guard);
          return undefined as Result;
        },
      }),
  },
  {
    what: "loses a renewal of the lease with the transaction in which it came",
    noticedBy: ["transaction: the lease can be renewed while"],
    spoil: (right, store) =>
      alter(right, {
        async transaction<Result>(work: Work<Result>, guard: Guard) {
          const { lease } = store;
          try {
            return await right.transaction(work, guard);
          } catch (error) {
            store.lease = lease;
            throw error;
          }
        },
      }),
  },
  {
    what: "asks no guard in a transaction",
    noticedBy: [
      "transaction: the guard is asked before the database is used",
      "transaction: the guard is asked before every use of the database in a transaction",
    ],
    spoil: (right) => alter(right, { transaction: (work) => right.transaction(work, () => {}) }),
  },
  {
    what: "asks the guard once for a whole transaction",
    noticedBy: ["transaction: the guard is asked before every use of the database in a transaction"],
    spoil: (right) =>
      alter(right, {
        transaction(work, guard) {
          let hasAsked = false;
          return right.transaction(work, () => {
            if (!hasAsked) guard();
            hasAsked = true;
          });
        },
      }),
  },
  {
    what: "claims to have no transactions and runs the work all the same",
    noticedBy: ["lifecycle: a driver without transactions"],
    spoil: (right) => alter(right, { supports: { ...right.supports, transactions: false } }),
  },
  {
    what: "claims that a change of the schema is refused in a transaction",
    noticedBy: ["transaction: a change of the schema that cannot be part"],
    spoil: (right) => alter(right, { supports: { ...right.supports, schemaChanges: "refused" } }),
  },
  {
    what: "changes the schema outside of the transaction",
    noticedBy: ["transaction: a change of the schema is part"],
    spoil: (right) => changingSchema(right, (name, _, outside) => outside.set(name, true)),
  },
  {
    what: "commits with a change of the schema what came before it",
    noticedBy: [
      "transaction: a change of the schema that cannot be part",
      "transaction: a refused change of the schema",
    ],
    spoil: (right) =>
      alter(
        changingSchema(right, (name, inside, outside) => {
          for (const [key, value] of everythingIn(inside)) outside.set(key, value);
          outside.set(name, true);
        }),
        { supports: { ...right.supports, schemaChanges: "committing" } },
      ),
  },
];

/** Changes of the schema are what begins like the names of the suite's store. */
function changingSchema(
  right: Right,
  change: (name: string, inside: MemoryDatabase, outside: MemoryDatabase) => void,
): Right {
  return working(right, (transaction, guard) => {
    const inside = transaction.context.db;
    const outside = right.context(guard).db;
    const set = (key: string, value: unknown) =>
      key.startsWith("schema ") ? change(key, inside, outside) : inside.set(key, value);
    return {
      ...transaction,
      context: { db: Object.assign(Object.create(inside), { set, get: inside.get.bind(inside) }) },
    };
  });
}

function everythingIn(db: MemoryDatabase): [string, unknown][] {
  return db.keys().map((key) => [key, db.get(key)]);
}
