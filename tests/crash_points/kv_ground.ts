import { type KvContext, KvDriver } from "../../src/drivers/kv/mod.ts";
import type { Connection, Counters, Ground } from "./ground.ts";

/** A database of Deno KV. Its lease expires by the clock of whoever asks, which here is that of the world. */
export class KvGround implements Ground, Disposable {
  readonly outside: KvDriver;
  readonly #kv: Deno.Kv;

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
    this.outside = new KvDriver({ kv });
  }

  /** Makes the database. */
  static async make(): Promise<KvGround> {
    return new KvGround(await Deno.openKv(":memory:"));
  }

  connect(): Connection {
    // What was collected and never committed has never been.
    return { driver: new KvDriver({ kv: this.#kv }), cut: () => Promise.resolve() };
  }

  async add({ kv, atomic }: KvContext, key: string): Promise<void> {
    if (isCollecting(atomic)) atomic.sum(["counters", key], 1n);
    else await kv.atomic().sum(["counters", key], 1n).commit();
  }

  async clear({ kv, atomic }: KvContext, key: string): Promise<void> {
    if (isCollecting(atomic)) atomic.delete(["counters", key]);
    else await kv.delete(["counters", key]);
  }

  async counters(): Promise<Counters> {
    const found = await Array.fromAsync(this.#kv.list<Deno.KvU64>({ prefix: ["counters"] }));
    return new Map(found.map(({ key, value }) => [String(key[1]), Number(value.value)]));
  }

  async put(key: string, value: number): Promise<void> {
    if (value === 0) await this.#kv.delete(["counters", key]);
    else await this.#kv.set(["counters", key], new Deno.KvU64(BigInt(value)));
  }

  async save(): Promise<() => Promise<void>> {
    const kept = await this.#all();
    return async () => {
      const operation = this.#kv.atomic();
      for (const { key } of await this.#all()) operation.delete(key);
      for (const { key, value } of kept) operation.set(key, hasLease(value) ? freshened(value) : value);
      await operation.commit();
    };
  }

  [Symbol.dispose](): void {
    this.#kv.close();
  }

  #all(): Promise<Deno.KvEntry<unknown>[]> {
    return Array.fromAsync(this.#kv.list({ prefix: [] }));
  }
}

interface StoredLease {
  readonly expiresAt: number;
  readonly leaseMs: number;
}

/** Outside of a transaction there is nothing to collect with. */
function isCollecting(atomic: KvContext["atomic"]): boolean {
  return "sum" in atomic;
}

function hasLease(value: unknown): value is StoredLease {
  return typeof value === "object" && value !== null && "leaseMs" in value;
}

/** The lease of a process that is gone lasts as long as it did when that was kept. */
function freshened(lease: StoredLease): StoredLease {
  return { ...lease, expiresAt: Date.now() + lease.leaseMs };
}
