import type { Lease, LeaseRefused, LeaseReply, LeaseRequest, LeaseStatus } from "../../driver.ts";

/** Sends a statement with its parameters and gives the rows, each as a list of its columns. */
export type Send = (
  statement: string,
  parameters?: readonly (string | null)[],
) => Promise<readonly (readonly unknown[])[]>;

/** The clock of the server as it is now, not as it was when the transaction began. */
const NOW = "clock_timestamp()";
const DATABASE_TIME = `(extract(epoch from ${NOW}) * 1000)::text`;
/** Changes with every renewal. It is a number, because the text of a time depends on settings of the connection. */
const STAMP = "lease.token || ':' || (extract(epoch from lease.expires_at) * 1000000)::bigint";

/** The one row that is the lease. It is never deleted, so that tokens never start again. */
export class LeaseRow {
  readonly #send: Send;
  readonly #table: string;

  /** Makes the access to the row; `table` is quoted already. */
  constructor(send: Send, table: string) {
    this.#send = send;
    this.#table = table;
  }

  /** The statement that makes the table. */
  get definition(): string {
    return `create table if not exists ${this.#table} (
      id integer primary key check (id = 1), owner text, previous_owner text, hostname text not null,
      token bigint not null, lease_ms double precision not null, expires_at timestamptz not null)`;
  }

  /** Takes the lease if it is free, has expired, is one's own, or still has the stamp that may be taken over. */
  async acquire({ owner, hostname, leaseMs, takeOver }: LeaseRequest): Promise<LeaseReply> {
    const [row] = await this.#send(
      `
      insert into ${this.#table} as lease (id, owner, previous_owner, hostname, token, lease_ms, expires_at)
      values (1, $1::text, null, $2::text, 1, $3::text::double precision, ${expiry("$3")})
      on conflict (id) do update set
        owner = excluded.owner, previous_owner = lease.owner, hostname = excluded.hostname,
        token = lease.token + case when lease.owner is not distinct from excluded.owner then 0 else 1 end,
        lease_ms = excluded.lease_ms, expires_at = ${expiry("$3")}
      where lease.owner is null or lease.owner = excluded.owner or lease.expires_at <= ${NOW} or ${STAMP} = $4::text
      returning token::text, coalesce(previous_owner <> owner, false)::text, ${DATABASE_TIME}`,
      [owner, hostname, String(leaseMs), takeOver ?? null],
    );
    if (row === undefined) return await this.#refuse();
    const [token, takenOver, databaseTime] = row;
    return { held: true, token: Number(token), databaseTime: Number(databaseTime), takenOver: takenOver === "true" };
  }

  /** Prolongs the lease. */
  async renew({ owner, token, leaseMs }: Lease & { readonly leaseMs: number }): Promise<LeaseReply> {
    const [row] = await this.#send(
      `update ${this.#table} set lease_ms = $3::text::double precision, expires_at = ${expiry("$3")}
      where owner = $1::text and token = $2::text::bigint returning ${DATABASE_TIME}`,
      [owner, String(token), String(leaseMs)],
    );
    if (row === undefined) return await this.#refuse();
    return { held: true, token, databaseTime: Number(row[0]), takenOver: false };
  }

  /** Looks at the lease. */
  async read(): Promise<LeaseStatus | null> {
    const { token, stamp: _, ...status } = await this.#select();
    return status.owner === null ? null : { ...status, owner: status.owner, token };
  }

  /** Gives the lease back. */
  async release({ owner, token }: Lease): Promise<void> {
    const statement = `update ${this.#table} set owner = null where owner = $1::text and token = $2::text::bigint`;
    await this.#send(statement, [owner, String(token)]);
  }

  async #refuse(): Promise<LeaseRefused> {
    const { token: _, ...status } = await this.#select();
    return { ...status, held: false, owner: status.owner ?? "" };
  }

  async #select() {
    const remaining = `(extract(epoch from lease.expires_at - ${NOW}) * 1000)::text`;
    const columns = ["owner", "hostname", "token::text", "lease_ms::text", remaining, STAMP].join(", ");
    const [row = []] = await this.#send(`select ${columns} from ${this.#table} as lease`);
    const [owner = null, hostname, token, leaseMs, remainingMs, stamp] = row;
    return {
      owner: owner === null ? null : String(owner),
      hostname: String(hostname ?? ""),
      token: Number(token ?? 0),
      leaseMs: Number(leaseMs ?? 0),
      remainingMs: Number(remainingMs ?? 0),
      stamp: String(stamp ?? ""),
    };
  }
}

function expiry(leaseMs: string): string {
  return `${NOW} + ${leaseMs}::text::double precision * interval '1 millisecond'`;
}
