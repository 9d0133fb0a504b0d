import type { Db } from "mongodb";
import { Binder } from "./_binder.ts";
import { type Binding, Calls } from "./_calls.ts";

export type { Binding } from "./_calls.ts";

/** A database that nobody can use wrongly. */
export interface BoundDatabase {
  /** The database to hand to a change unit. */
  readonly db: Db;
  /** Resolves when no call is under way any more. */
  idle(): Promise<void>;
  /** Sends a call of the driver's own when no other is under way in the transaction. It is not guarded, nor refused after the end. */
  inTurn<T>(call: () => Promise<T>): Promise<T>;
  /** Waits until no call is under way and refuses every later one; to be called before commit and abort. */
  end(): Promise<void>;
  /** The first error that the server has answered a call with, whether or not somebody has caught it; else undefined. */
  refusal(): unknown;
}

/**
 * Binds an open database of the user to a transaction, or outside of one to the guard alone.
 *
 * Every operation of it and of what is made from it (collections, cursors, bulk operations) calls the guard right before it
 * is sent; a cursor does so for each batch. In a transaction, every operation also carries the session, parallel calls are
 * sent one after the other in call order, and what cannot run in a transaction is refused before it is sent. What the client
 * throws is passed on as it is. One call of a bulk operation may send several commands and counts as one use.
 *
 * @example Usage
 * ```ts ignore
 * import { bindDatabase } from "./bound_database.ts";
 *
 * const bound = bindDatabase(client.db("shop"), { session, guard: () => signal.throwIfAborted() });
 * await unit.execution({ db: bound.db });
 * await bound.end();
 * await session.commitTransaction();
 * ```
 */
export function bindDatabase(db: Db, binding: Binding): BoundDatabase {
  const calls = new Calls(binding);
  return {
    db: new Binder(calls, binding.session).bind(db, "Db"),
    idle: () => calls.idle(),
    inTurn: (call) => calls.inTurn(call),
    end: () => calls.end(),
    refusal: () => calls.refusal,
  };
}
