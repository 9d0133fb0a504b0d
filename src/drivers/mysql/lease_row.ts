import type { Lease, LeaseRefused, LeaseReply, LeaseRequest, LeaseStatus } from "../../driver.ts";
import { isTableMissing } from "./classify_error.ts";
import type { MysqlRow } from "./mysql_pool.ts";
import type { ReservedConnection } from "./reserved_connection.ts";

/**
 * The clock of the server in milliseconds since 1970, whatever the time zone of the session. It stands still while a statement
 * waits for a lock, so a lease is rather taken for too new than for too old.
 */
const NOW = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)";

/** What must still be there for a lease that does not expire to be taken over. */
const STAMP = "CONCAT(token, ':', expires_at)";

/** Exactly the same text: a comparison of texts would leave blanks at their ends out. */
const IS_OWNER = "CAST(owner AS BINARY) = CAST(? AS BINARY)";

/**
 * The one row that is the lease. It is never deleted, so that tokens never start again.
 *
 * Each change is one statement, whose condition and effect the server holds a lock on the row for. Whether it has changed
 * something is not taken from its reply but read afterwards, by owner and token. That second statement may come late, but it
 * cannot be wrong: an owner is one execution, and a token belongs to one owner for good. If the row names both, then the lease is
 * held, and was so when it was changed; if it names another, then the lease is not held any more, whatever happened before.
 */
export class LeaseRow {
  readonly #connection: ReservedConnection;
  readonly #table: string;

  /** Makes the access to the row. */
  constructor(connection: ReservedConnection, table: string) {
    this.#connection = connection;
    this.#table = table;
  }

  /** Makes the table and its row. */
  async prepare(): Promise<void> {
    const table = await this.#name();
    const text = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    await this.#connection.run(`CREATE TABLE IF NOT EXISTS ${table} (
      id TINYINT NOT NULL PRIMARY KEY, owner ${text}, previous_owner ${text}, hostname ${text} NOT NULL,
      token BIGINT NOT NULL, lease_ms BIGINT NOT NULL, expires_at BIGINT NOT NULL) ENGINE = InnoDB`);
    await this.#makeRow(table);
  }

  /** Takes the lease if it is free, has expired, is one's own, or still has the stamp that may be taken over. */
  async acquire({ owner, hostname, leaseMs, takeOver }: LeaseRequest): Promise<LeaseReply> {
    const table = await this.#name();
    // The owner comes last: what is assigned before must not depend on whether the server sees the old or the new one.
    await this.#connection.run(
      `UPDATE ${table} SET previous_owner = owner, token = token + IF(owner IS NOT NULL AND ${IS_OWNER}, 0, 1),
        hostname = ?, lease_ms = ?, expires_at = ${NOW} + ?, owner = ?
      WHERE id = 1 AND (owner IS NULL OR ${IS_OWNER} OR expires_at <= ${NOW} OR ${STAMP} = ?)`,
      [owner, hostname, leaseMs, leaseMs, owner, owner, takeOver ?? null],
    );
    const row = await this.#select(table);
    // Nobody deletes the row on purpose; without it nobody would ever get the lease again.
    if (row === undefined) await this.#makeRow(table);
    return replyTo(row, owner);
  }

  /** Prolongs the lease. */
  async renew({ owner, token, leaseMs }: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    const table = await this.#name();
    await this.#connection.run(
      `UPDATE ${table} SET lease_ms = ?, expires_at = ${NOW} + ? WHERE id = 1 AND ${IS_OWNER} AND token = ?`,
      [leaseMs, leaseMs, owner, token],
    );
    const reply = replyTo(await this.#select(table), owner, token);
    return reply.held ? { ...reply, takenOver: false } : reply;
  }

  /** Looks at the lease; nobody holds it where there is no table. */
  async read(): Promise<LeaseStatus | null> {
    const row = await this.#select(await this.#name()).catch((error) => {
      if (isTableMissing(error)) return undefined;
      throw error;
    });
    return row === undefined || row.owner === null ? null : { ...toStatus(row), token: Number(row.token) };
  }

  /** Gives the lease back. */
  async release({ owner, token }: Lease): Promise<void> {
    const table = await this.#name();
    await this.#connection.run(`UPDATE ${table} SET owner = NULL WHERE id = 1 AND ${IS_OWNER} AND token = ?`, [
      owner,
      token,
    ]);
  }

  #name(): Promise<string> {
    return this.#connection.nameOf(this.#table);
  }

  async #makeRow(table: string): Promise<void> {
    await this.#connection.run(`INSERT IGNORE INTO ${table} VALUES (1, NULL, NULL, '', 0, 0, 0)`);
  }

  async #select(table: string): Promise<MysqlRow | undefined> {
    const [row] = await this.#connection.rows(
      `SELECT owner, previous_owner, hostname, token, lease_ms, ${STAMP} AS stamp, expires_at - ${NOW} AS remaining,
        ${NOW} AS now FROM ${table}`,
    );
    return row;
  }
}

function replyTo(row: MysqlRow = {}, owner: string, token?: number): LeaseReply {
  if (row.owner !== owner || (token !== undefined && Number(row.token) !== token)) return refusalBy(row);
  const takenOver = row.previous_owner !== null && row.previous_owner !== owner;
  return { held: true, token: Number(row.token), databaseTime: Number(row.now), takenOver };
}

function refusalBy(row: MysqlRow): LeaseRefused {
  return { held: false, ...toStatus(row), stamp: String(row.stamp ?? "") };
}

function toStatus(row: MysqlRow) {
  return {
    owner: String(row.owner ?? ""),
    hostname: String(row.hostname ?? ""),
    leaseMs: Number(row.lease_ms ?? 0),
    remainingMs: Number(row.remaining ?? 0),
  };
}
