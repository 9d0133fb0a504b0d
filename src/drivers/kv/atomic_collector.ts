import type { Guard } from "../../driver.ts";
import { MigrationError } from "../../errors.ts";

/**
 * Collects what a change unit writes in its transaction; all of it is committed at the end, together with the entry in the
 * history. It is a `Deno.AtomicOperation` without `commit`.
 */
export interface KvAtomic {
  /** Makes the commit fail if one of these entries was changed; the change unit is then executed again. */
  check(...checks: Deno.AtomicCheck[]): this;
  /** Adds mutations. */
  mutate(...mutations: Deno.KvMutation[]): this;
  /** Adds a number to a `Deno.KvU64`. */
  sum(key: Deno.KvKey, amount: bigint): this;
  /** Lowers a `Deno.KvU64` to a number, if it is higher. */
  min(key: Deno.KvKey, limit: bigint): this;
  /** Raises a `Deno.KvU64` to a number, if it is lower. */
  max(key: Deno.KvKey, limit: bigint): this;
  /** Gives a key a value. */
  set(key: Deno.KvKey, value: unknown, options?: { expireIn?: number }): this;
  /** Removes a key. */
  delete(key: Deno.KvKey): this;
  /** Adds a message to the queue. */
  enqueue(
    value: unknown,
    options?: { delay?: number; keysIfUndelivered?: Deno.KvKey[]; backoffSchedule?: number[] },
  ): this;
}

/** Hands on to an operation what a change unit collects, after asking the guard. */
export class AtomicCollector implements KvAtomic {
  readonly #guard: Guard;
  readonly #operation: Deno.AtomicOperation;

  /** Makes a collector for an operation that somebody else commits. */
  constructor(operation: Deno.AtomicOperation, guard: Guard) {
    this.#operation = operation;
    this.#guard = guard;
  }

  /** Makes the commit fail if one of these entries was changed. */
  check(...checks: Deno.AtomicCheck[]): this {
    return this.#collect((operation) => operation.check(...checks));
  }

  /** Adds mutations. */
  mutate(...mutations: Deno.KvMutation[]): this {
    return this.#collect((operation) => operation.mutate(...mutations));
  }

  /** Adds a number. */
  sum(key: Deno.KvKey, amount: bigint): this {
    return this.#collect((operation) => operation.sum(key, amount));
  }

  /** Lowers a number. */
  min(key: Deno.KvKey, limit: bigint): this {
    return this.#collect((operation) => operation.min(key, limit));
  }

  /** Raises a number. */
  max(key: Deno.KvKey, limit: bigint): this {
    return this.#collect((operation) => operation.max(key, limit));
  }

  /** Gives a key a value. */
  set(key: Deno.KvKey, value: unknown, options?: { expireIn?: number }): this {
    return this.#collect((operation) => operation.set(key, value, options));
  }

  /** Removes a key. */
  delete(key: Deno.KvKey): this {
    return this.#collect((operation) => operation.delete(key));
  }

  /** Adds a message to the queue. */
  enqueue(value: unknown, options?: Parameters<KvAtomic["enqueue"]>[1]): this {
    return this.#collect((operation) => operation.enqueue(value, options));
  }

  /** Habit writes this at the end of the chain. */
  commit(): never {
    throw new MigrationError(
      "REFUSED_IN_TRANSACTION",
      "A change unit cannot commit `atomic`: leave commit() away, it is committed with the entry in the history",
    );
  }

  #collect(add: (operation: Deno.AtomicOperation) => unknown): this {
    this.#guard();
    add(this.#operation);
    return this;
  }
}

/** What stands in the place of {@link KvAtomic} where nobody commits it: every use is refused. */
export function refuseAtomic(guard: Guard): KvAtomic {
  return new Proxy(Object.create(null), {
    get(_, name) {
      // Whoever only looks at the context, for example to print it, asks for symbols.
      if (typeof name === "symbol") return undefined;
      return () => {
        guard();
        throw new MigrationError(
          "TRANSACTION_NEEDED",
          `A change unit without a transaction cannot use atomic.${name}(): use kv.atomic() with commit(), ` +
            "or leave `transactional: false` away",
        );
      };
    },
  });
}
