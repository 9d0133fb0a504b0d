import type { Lease, LeaseRefused, LeaseReply, LeaseRequest, LeaseStatus } from "../../driver.ts";
import { KvConflictError } from "./classify_error.ts";

/** The lease as it is stored; without an owner it is free. */
interface StoredLease {
  readonly owner: string | null;
  readonly hostname: string;
  readonly token: number;
  readonly leaseMs: number;
  /** In milliseconds since 1970, by the clock of the holder. */
  readonly expiresAt: number;
}

type StoredEntry = Deno.KvEntryMaybe<StoredLease>;

/** What is there before anybody has asked. */
const NOBODY: StoredLease = { owner: null, hostname: "", token: 0, leaseMs: 0, expiresAt: 0 };

/**
 * The one key that is the lease. It is replaced only as the one that was read, and never deleted, so that tokens never start
 * again. Deno KV has no clock: the lease expires by the clock of whoever looks.
 */
export class LeaseKey {
  readonly #kv: Deno.Kv;
  readonly #key: Deno.KvKey;

  /** Makes the access to the key. */
  constructor(kv: Deno.Kv, key: Deno.KvKey) {
    this.#kv = kv;
    this.#key = key;
  }

  /** Takes the lease if it is free, has expired, is one's own, or still has the stamp that may be taken over. */
  async acquire({ owner, hostname, leaseMs, takeOver }: LeaseRequest): Promise<LeaseReply> {
    const entry = await this.#read();
    const lease = entry.value ?? NOBODY;
    const now = Date.now();
    const isFree = lease.owner === null || lease.expiresAt <= now || entry.versionstamp === takeOver;
    if (lease.owner !== owner && !isFree) return refuse(entry);
    const token = lease.owner === owner ? lease.token : lease.token + 1;
    if (!await this.#replace(entry, { owner, hostname, token, leaseMs, expiresAt: now + leaseMs })) {
      return refuse(await this.#read());
    }
    const takenOver = lease.owner !== null && lease.owner !== owner;
    return { held: true, token, databaseTime: now, takenOver };
  }

  /** Prolongs the lease. */
  async renew({ owner, token, leaseMs }: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    const entry = await this.#read();
    if (entry.value === null || !isHeld(entry.value, { owner, token })) return refuse(entry);
    const now = Date.now();
    if (!await this.#replace(entry, { ...entry.value, leaseMs, expiresAt: now + leaseMs })) {
      throw new KvConflictError("The lease was changed while it was renewed");
    }
    return { held: true, token, databaseTime: now, takenOver: false };
  }

  /** Looks at the lease. */
  async read(): Promise<LeaseStatus | null> {
    const { value } = await this.#read();
    if (value === null || value.owner === null) return null;
    const { owner, hostname, token, leaseMs } = value;
    return { owner, hostname, token, leaseMs, remainingMs: remainingMsOf(value) };
  }

  /** Gives the lease back. */
  async release(lease: Lease): Promise<void> {
    const entry = await this.#read();
    if (entry.value === null || !isHeld(entry.value, lease)) return;
    if (!await this.#replace(entry, { ...entry.value, owner: null })) {
      throw new KvConflictError("The lease was changed while it was released");
    }
  }

  async #read(): Promise<StoredEntry> {
    return await this.#kv.get<StoredLease>(this.#key);
  }

  async #replace({ versionstamp }: StoredEntry, lease: StoredLease): Promise<boolean> {
    const { ok } = await this.#kv.atomic().check({ key: this.#key, versionstamp }).set(this.#key, lease).commit();
    return ok;
  }
}

function isHeld(lease: StoredLease, { owner, token }: Lease): boolean {
  return lease.owner === owner && lease.token === token;
}

function refuse({ value, versionstamp }: StoredEntry): LeaseRefused {
  const lease = value ?? NOBODY;
  const { owner, hostname, leaseMs } = lease;
  return {
    held: false,
    owner: owner ?? "",
    hostname,
    leaseMs,
    remainingMs: owner === null ? 0 : remainingMsOf(lease),
    stamp: versionstamp ?? "",
  };
}

/** The clock of the holder may be ahead, but nobody has more left than a whole lease. */
function remainingMsOf({ expiresAt, leaseMs }: StoredLease): number {
  return Math.min(expiresAt - Date.now(), leaseMs);
}
