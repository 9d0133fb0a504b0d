import { alter, type WrongDriver } from "./wrong_driver.ts";

/** Drivers that are wrong at the beginning, at the end, or outside of transactions. */
export const wrongLivesAndContexts: readonly WrongDriver[] = [
  {
    what: "has no name",
    noticedBy: ["lifecycle: a driver has a name"],
    spoil: (right) => alter(right, { name: "" }),
  },
  {
    what: "names the same session as every other driver",
    noticedBy: ["lifecycle: a driver has a name"],
    spoil: (right) => alter(right, { session: "the session" }),
  },
  {
    what: "cannot read before it is prepared",
    noticedBy: ["lifecycle: reading the history and the lease"],
    spoil: (right, store) =>
      alter(right, {
        prepare: () => Promise.resolve(void prepared.add(store)),
        readHistory(options) {
          return prepared.has(store) ? right.readHistory(options) : Promise.reject(new Error("no such table"));
        },
      }),
  },
  {
    what: "fails for good when several prepare at the same time",
    noticedBy: ["lifecycle: prepare by several"],
    spoil: (right, store) =>
      alter(right, {
        async prepare() {
          if (preparing.has(store)) throw new Error("table exists already");
          preparing.add(store);
          await Promise.resolve();
          preparing.delete(store);
        },
      }),
  },
  {
    what: "calls every error transient",
    noticedBy: ["lifecycle: an error that does not come from the database"],
    spoil: (right) => alter(right, { classify: () => "transient" }),
  },
  {
    what: "asks the guard only when it makes the context",
    noticedBy: [
      "context: the guard is asked before every use",
      "context: a guard that throws",
    ],
    spoil: (right) =>
      alter(right, {
        context(guard) {
          guard();
          return right.context(() => {});
        },
      }),
  },
  {
    what: "does not use the database before its next use",
    noticedBy: [
      "lifecycle: the end of a driver",
      "transaction: the work reads what it has written",
      "context: what is done outside of a transaction",
      "context: the schema can be changed",
    ],
    spoil: (right) =>
      alter(right, {
        context(guard) {
          const { db } = right.context(guard);
          let waiting: (() => void) | undefined;
          return {
            db: Object.assign(Object.create(db), {
              get: (key: string) => db.get(key),
              set(key: string, value: unknown) {
                guard();
                waiting?.();
                waiting = () => db.set(key, value);
              },
            }),
          };
        },
      }),
  },
];

/** Stores that somebody is preparing. */
const preparing = new WeakSet<object>();
/** Stores that somebody has prepared. */
const prepared = new WeakSet<object>();
