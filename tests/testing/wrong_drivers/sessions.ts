import {
  type Driver,
  type Guard,
  MemoryDriver,
  type MemoryDriverContext,
  type MemoryStore,
  type Transaction,
} from "../../../mod.ts";
import { alter, type WrongDriver } from "./wrong_driver.ts";

type Work<Result> = (transaction: Transaction<MemoryDriverContext>) => Promise<Result>;

class EndedError extends Error {}

/** The sessions that were ended in a store. */
const ended = new WeakMap<MemoryStore, Set<string>>();

/** A right driver whose open transaction others can end by the name of its session. */
export function withSession(store: MemoryStore): Driver<MemoryDriverContext> {
  const right = new MemoryDriver({ store });
  const session = crypto.randomUUID();
  const sessions = ended.get(store) ?? new Set();
  ended.set(store, sessions);
  return alter<MemoryDriverContext>(right, {
    session,
    async transaction<Result>(work: Work<Result>, guard: Guard) {
      sessions.delete(session);
      return await right.transaction(async (transaction) => {
        const result = await work(transaction);
        if (sessions.has(session) || sessions.has("everybody")) throw new EndedError("The session was ended");
        return result;
      }, guard);
    },
    evict: (others) => Promise.resolve(others.forEach((other) => sessions.add(other))),
    classify: (error) => error instanceof EndedError ? "transient" : right.classify(error),
  });
}

/** Drivers that end the wrong sessions. */
export const wrongSessions: readonly WrongDriver[] = [
  {
    what: "ends no session",
    noticedBy: ["transaction: evict ends"],
    spoil: (right) => alter(right, { evict: () => Promise.resolve() }),
  },
  {
    what: "ends the sessions of everybody when it is given none",
    noticedBy: ["transaction: evict of nobody"],
    spoil: (right) =>
      alter(right, { evict: async (others) => await right.evict?.(others.length === 0 ? ["everybody"] : others) }),
  },
  {
    what: "ends the sessions of everybody when it does not know one",
    noticedBy: ["transaction: evict of nobody"],
    spoil: (right) =>
      alter(right, {
        evict: async (others) => await right.evict?.(others.length === 0 ? [] : [...others, "everybody"]),
      }),
  },
];
