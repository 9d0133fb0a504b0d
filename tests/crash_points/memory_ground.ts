import { type MemoryContext, MemoryDriver, MemoryStore } from "../../mod.ts";
import type { Connection, Counters, Ground } from "./ground.ts";

/** A database in memory. */
export class MemoryGround implements Ground {
  #store = new MemoryStore();

  connect(): Connection {
    // A transaction that is never committed has never been.
    return { driver: new MemoryDriver({ store: this.#store }), cut: () => Promise.resolve() };
  }

  get outside(): MemoryDriver {
    return new MemoryDriver({ store: this.#store });
  }

  add({ db }: MemoryContext, key: string): Promise<void> {
    db.set(key, Number(db.get(key) ?? 0) + 1);
    return Promise.resolve();
  }

  clear({ db }: MemoryContext, key: string): Promise<void> {
    db.delete(key);
    return Promise.resolve();
  }

  counters(): Promise<Counters> {
    return Promise.resolve(this.#store.data as Counters);
  }

  put(key: string, value: number): Promise<void> {
    const data = new Map(this.#store.data).set(key, value);
    if (value === 0) data.delete(key);
    this.#store.data = data;
    return Promise.resolve();
  }

  save(): Promise<() => Promise<void>> {
    const { entries, lease, data } = this.#store;
    const kept = [...entries];
    return Promise.resolve(() => {
      // A new store, because processes that are gone or stopped still know the old one.
      this.#store = new MemoryStore();
      this.#store.entries.push(...kept);
      // The lease of a process that is gone lasts as long as it did then.
      this.#store.lease = { ...lease, expiresAt: Date.now() + lease.leaseMs };
      this.#store.data = data;
      return Promise.resolve();
    });
  }
}
