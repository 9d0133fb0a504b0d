import type { Sql } from "postgres";
import { type PostgresContext, PostgresDriver } from "../../src/drivers/postgres/mod.ts";
import type { PostgresDatabase } from "../postgres_server.ts";
import type { Abandoned, Connection, Counters, Ground } from "./ground.ts";

const TABLES = ["counters", "denock_history", "denock_lease"];
/** Processes that are gone keep theirs until everything is put back. */
const CONNECTIONS = 20;
/** What a process that is gone has locked, and nobody has ended, is an error and no endless wait. */
const LOCK_TIMEOUT_MS = 10_000;

/** A database on a PostgreSQL server. */
export class PostgresGround implements Ground, AsyncDisposable {
  readonly outside: PostgresDriver;
  readonly #sql: Sql;
  readonly #abandoned: Abandoned;
  /** Sessions of processes that are over; those of processes that are gone may have a transaction open. */
  #left: string[] = [];
  #kept = 0;

  private constructor(sql: Sql, abandoned: Abandoned) {
    this.#sql = sql;
    this.#abandoned = abandoned;
    this.outside = new PostgresDriver({ sql });
  }

  /** Makes the tables. */
  static async make({ connect }: PostgresDatabase, abandoned: Abandoned): Promise<PostgresGround> {
    const ground = new PostgresGround(
      connect({ max: CONNECTIONS, connection: { lock_timeout: LOCK_TIMEOUT_MS } }),
      abandoned,
    );
    await ground.#sql`create table counters (key text primary key, value integer not null)`;
    await ground.outside.prepare();
    return ground;
  }

  connect(): Connection {
    const driver = new PostgresDriver({ sql: this.#sql });
    return {
      driver,
      cut: async () => {
        this.#left.push(driver.session);
        if (this.#abandoned === "are ended") await this.#endTransactions();
      },
    };
  }

  async add({ sql }: PostgresContext, key: string): Promise<void> {
    await sql`insert into counters values (${key}, 1) on conflict (key) do update set value = counters.value + 1`;
  }

  async clear({ sql }: PostgresContext, key: string): Promise<void> {
    await sql`delete from counters where key = ${key}`;
  }

  async counters(): Promise<Counters> {
    const rows = await this.#sql<{ key: string; value: number }[]>`select key, value from counters`;
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  async put(key: string, value: number): Promise<void> {
    await this.#sql`delete from counters where key = ${key}`;
    if (value > 0) await this.#sql`insert into counters values (${key}, ${value})`;
  }

  async save(): Promise<() => Promise<void>> {
    await this.#endTransactions();
    const number = ++this.#kept;
    await this.#sql.unsafe(
      TABLES.map((table) => `create table kept_${number}_${table} as table ${table}`).join("; "),
    );
    const restore = TABLES.map((table) => `delete from ${table}; insert into ${table} table kept_${number}_${table}`);
    // The lease of a process that is gone lasts as long as it did when that was kept.
    const freshen = "update denock_lease set expires_at = clock_timestamp() + lease_ms * interval '1 millisecond'";
    return async () => {
      await this.#endTransactions();
      await this.#sql.unsafe([...restore, freshen].join("; "));
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endTransactions();
  }

  async #endTransactions(): Promise<void> {
    const left = this.#left;
    this.#left = [];
    await this.outside.evict(left);
  }
}
