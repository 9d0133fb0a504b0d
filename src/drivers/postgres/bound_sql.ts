import type { ISql, Sql, TransactionSql } from "postgres";
import type { Guard } from "../../driver.ts";
import { MigrationError } from "../../errors.ts";
import { type HeldTransaction, holdTransaction } from "./held_transaction.ts";
import { findTransactionControl } from "./transaction_control.ts";

/** What change units use of the client. */
export type BoundSql = ISql & {
  /** Begins a transaction; only outside of that of a change unit, with `transactional: false`. */
  begin<Result>(work: (sql: BoundSql) => Promise<Result>): Promise<Result>;
  /** Begins a part of the transaction that can fail without it; only inside of one. */
  savepoint<Result>(work: (sql: BoundSql) => Promise<Result>): Promise<Result>;
};

/** The transaction that statements are part of. */
interface Part {
  readonly held: HeldTransaction;
  readonly isInSavepoint: boolean;
}

/** Members that belong to whoever owns the client, or that open connections of their own. */
const OWNERS_ONLY: readonly PropertyKey[] = [
  "close",
  "end",
  "largeObject",
  "listen",
  "prepare",
  "reserve",
  "subscribe",
];

/** The user's client with a guard in front of every use; `part` only inside a transaction. */
export function bindSql(sql: Sql | TransactionSql, guard: Guard, part?: Part): BoundSql {
  const bind = (query: unknown) => bindQuery(query as AnyQuery, guard, part);
  const members: Record<PropertyKey, unknown> = {
    unsafe: (...given: Parameters<ISql["unsafe"]>) => bind(sql.unsafe(...given)),
    file: (...given: Parameters<ISql["file"]>) => bind(sql.file(...given)),
    // The client's own sends it on another connection.
    notify: (channel: string, payload: string) => bind(sql`select pg_notify(${channel}, ${payload})`),
    begin: (work: (sql: BoundSql) => Promise<unknown>) => begin(sql as Sql, guard, part, work),
    savepoint: (work: (sql: BoundSql) => Promise<unknown>) => savepoint(sql as TransactionSql, guard, part, work),
  };
  return new Proxy(sql as unknown as BoundSql, {
    apply(target, _, given) {
      const made: unknown = Reflect.apply(target, undefined, given);
      return Array.isArray(given[0]) && "raw" in given[0] ? bind(made) : made;
    },
    get(target, name) {
      if (Object.hasOwn(members, name)) return members[name];
      if (!OWNERS_ONLY.includes(name)) return Reflect.get(target, name);
      return () => {
        throw new TypeError(`A change unit cannot call ${String(name)}() of the client: it belongs to the caller`);
      };
    },
  });
}

async function begin(client: Sql, guard: Guard, part: Part | undefined, work: (sql: BoundSql) => Promise<unknown>) {
  if (part !== undefined) throw refused("begin()", "use `savepoint` for a part that may fail");
  guard();
  return await holdTransaction(
    client,
    async (sql, held) => await work(bindSql(sql, guard, { held, isInSavepoint: false })),
  );
}

async function savepoint(
  sql: TransactionSql,
  guard: Guard,
  part: Part | undefined,
  work: (sql: BoundSql) => Promise<unknown>,
) {
  if (part === undefined) throw new TypeError("There is no savepoint outside of a transaction: use `begin`");
  const { held } = part;
  guard();
  held.check();
  const inner = async (innerSql: TransactionSql) => {
    try {
      return await work(bindSql(innerSql, guard, { held, isInSavepoint: true }));
    } finally {
      await held.settle();
    }
  };
  return await held.unlessLost(sql.savepoint(inner));
}

/** A query of the client as far as it is needed here: it is sent when it is first waited for. */
type AnyQuery = Promise<unknown> & { readonly strings?: readonly string[]; readonly executed?: boolean };

/** Members that send a query, and give a promise. */
const SENDERS: readonly PropertyKey[] = ["then", "catch", "finally"];
/** Members that send a query as well. */
const OTHER_SENDERS: readonly PropertyKey[] = ["execute", "forEach", "readable", "writable"];

/** A query that asks before it is sent. As part of another query it is not sent by itself. */
function bindQuery(query: AnyQuery, guard: Guard, part: Part | undefined): AnyQuery {
  let isFollowed = false;
  const ask = () => {
    guard();
    part?.held.check();
    if (part !== undefined) refuseTransactionControl(query);
  };
  const follow = () => {
    if (isFollowed) return;
    isFollowed = true;
    part?.held.follow(query, part.isInSavepoint);
  };
  const bound: AnyQuery = new Proxy(query, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || name === "constructor") return member;
      return (...given: unknown[]) => {
        const isPromise = SENDERS.includes(name);
        if (isPromise || OTHER_SENDERS.includes(name)) {
          try {
            if (!isFollowed) ask();
          } catch (error) {
            if (!isPromise) throw error;
            return Reflect.apply(Reflect.get(Promise.prototype, name), Promise.reject(error), given);
          }
          follow();
        }
        const made: unknown = Reflect.apply(member, target, given);
        if (made === target) return bound;
        return name === "cursor" ? bindRows(made as AsyncIterable<unknown>, ask) : made;
      };
    },
  });
  return bound;
}

/** The rows of a cursor, which are fetched one part after the other. */
function bindRows(rows: AsyncIterable<unknown>, ask: () => void): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = rows[Symbol.asyncIterator]();
      return {
        async next() {
          ask();
          return await iterator.next();
        },
        async return() {
          return await iterator.return?.() ?? { done: true, value: undefined };
        },
      };
    },
  };
}

function refuseTransactionControl({ strings = [] }: AnyQuery): void {
  const found = findTransactionControl(strings.join("?"));
  if (found !== undefined) throw refused(found.toUpperCase(), "leave it away");
}

function refused(what: string, remedy: string): MigrationError {
  return new MigrationError(
    "REFUSED_IN_TRANSACTION",
    `A change unit cannot begin or end a transaction inside of its own, as ${what} does: ${remedy}, or say ` +
      "`transactional: false`",
  );
}
