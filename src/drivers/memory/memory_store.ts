import type { ChangeEntry } from "../../history/change_entry.ts";

/** The lease of a store; without an owner it is free. */
export interface StoredLease {
  /** Who holds it, or null. */
  readonly owner: string | null;
  /** Where that runs. */
  readonly hostname: string;
  /** Grows with every new holder. */
  readonly token: number;
  /** How long it lasts, in milliseconds. */
  readonly leaseMs: number;
  /** When it expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A database in memory: what several {@link MemoryDriver}s share. */
export class MemoryStore {
  /** The history. */
  readonly entries: ChangeEntry[] = [];
  /** The lease. */
  lease: StoredLease = { owner: null, hostname: "", token: 0, leaseMs: 0, expiresAt: 0 };
  /** What change units work on. It is replaced as a whole when a transaction commits. */
  data: ReadonlyMap<string, unknown> = new Map();
}
