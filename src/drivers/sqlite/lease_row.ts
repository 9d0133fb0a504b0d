import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Lease, LeaseRefused, LeaseReply, LeaseRequest, LeaseStatus } from "../../driver.ts";

/** The clock of the database, in milliseconds since 1970. */
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** The one row that is the lease. It is never deleted, so that tokens never start again. */
export class LeaseRow {
  readonly #database: DatabaseSync;
  readonly #table: string;

  /** Makes the access to the row; `table` is quoted already. */
  constructor(database: DatabaseSync, table: string) {
    this.#database = database;
    this.#table = table;
  }

  /** The statement that makes the table. */
  get definition(): string {
    return `CREATE TABLE IF NOT EXISTS ${this.#table} (
      id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT, previous_owner TEXT, hostname TEXT NOT NULL,
      token INTEGER NOT NULL, lease_ms INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT`;
  }

  /** Takes the lease if it is free, has expired, is one's own, or still has the stamp that may be taken over. */
  acquire({ owner, hostname, leaseMs, takeOver }: LeaseRequest): LeaseReply {
    const row = this.#database.prepare(`
      INSERT INTO ${this.#table} AS lease (id, owner, previous_owner, hostname, token, lease_ms, expires_at)
      VALUES (1, :owner, NULL, :hostname, 1, :leaseMs, ${NOW} + :leaseMs)
      ON CONFLICT (id) DO UPDATE SET
        owner = :owner, previous_owner = lease.owner, hostname = :hostname, lease_ms = :leaseMs,
        token = lease.token + (lease.owner IS NOT :owner), expires_at = ${NOW} + :leaseMs
      WHERE lease.owner IS NULL OR lease.owner = :owner OR lease.expires_at <= ${NOW}
        OR (lease.token || ':' || lease.expires_at) = :takeOver
      RETURNING token, previous_owner, ${NOW} AS now`)
      .get({ owner, hostname, leaseMs, takeOver: takeOver ?? null });
    if (row === undefined) return this.#refuse();
    const takenOver = row.previous_owner !== null && row.previous_owner !== owner;
    return { held: true, token: Number(row.token), databaseTime: Number(row.now), takenOver };
  }

  /** Prolongs the lease. */
  renew({ owner, token, leaseMs }: Lease & { readonly leaseMs: number }): LeaseReply {
    const row = this.#database.prepare(`
      UPDATE ${this.#table} SET lease_ms = :leaseMs, expires_at = ${NOW} + :leaseMs
      WHERE owner = :owner AND token = :token RETURNING ${NOW} AS now`)
      .get({ owner, token, leaseMs });
    if (row === undefined) return this.#refuse();
    return { held: true, token, databaseTime: Number(row.now), takenOver: false };
  }

  /** Looks at the lease. */
  read(): LeaseStatus | null {
    const row = this.#select();
    if (row === undefined || row.owner === null) return null;
    return { ...toStatus(row), token: Number(row.token) };
  }

  /** Gives the lease back. */
  release({ owner, token }: Lease): void {
    this.#database.prepare(`UPDATE ${this.#table} SET owner = NULL WHERE owner = :owner AND token = :token`)
      .run({ owner, token });
  }

  #refuse(): LeaseRefused {
    const row = this.#select() ?? {};
    return { held: false, ...toStatus(row), stamp: String(row.stamp ?? "") };
  }

  #select(): Record<string, SQLOutputValue> | undefined {
    return this.#database.prepare(`
      SELECT owner, hostname, token, lease_ms, expires_at - ${NOW} AS remaining, token || ':' || expires_at AS stamp
      FROM ${this.#table}`).get();
  }
}

function toStatus(row: Record<string, SQLOutputValue>) {
  return {
    owner: String(row.owner ?? ""),
    hostname: String(row.hostname ?? ""),
    leaseMs: Number(row.lease_ms ?? 0),
    remainingMs: Number(row.remaining ?? 0),
  };
}
