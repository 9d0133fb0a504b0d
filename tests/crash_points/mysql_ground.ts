import type { Pool, RowDataPacket } from "mysql2/promise";
import { type MysqlContext, MysqlDriver } from "../../src/drivers/mysql/mod.ts";
import type { MysqlTestDatabase } from "../mysql_server.ts";
import type { Abandoned, Connection, Counters, Ground } from "./ground.ts";

const TABLES = ["counters", "denock_history", "denock_lease"];
/** Each process holds two, and those that are gone keep theirs until everything is put back. */
const CONNECTIONS = 40;

/** A database on a MySQL or MariaDB server. */
export class MysqlGround implements Ground, AsyncDisposable {
  readonly outside: MysqlDriver;
  readonly #pool: Pool;
  readonly #abandoned: Abandoned;
  /** Of processes that are over; those of processes that are gone may have a transaction open. */
  #left: MysqlDriver[] = [];
  #kept = 0;

  private constructor(pool: Pool, abandoned: Abandoned) {
    this.#pool = pool;
    this.#abandoned = abandoned;
    this.outside = new MysqlDriver({ pool });
  }

  /** Makes the tables. */
  static async make({ open }: MysqlTestDatabase, abandoned: Abandoned): Promise<MysqlGround> {
    const pool = open({ connectionLimit: CONNECTIONS, multipleStatements: true });
    const ground = new MysqlGround(pool, abandoned);
    await pool.query("CREATE TABLE counters (id VARCHAR(40) PRIMARY KEY, value INT NOT NULL) ENGINE = InnoDB");
    await ground.outside.prepare();
    return ground;
  }

  connect(): Connection {
    const driver = new MysqlDriver({ pool: this.#pool });
    return {
      driver,
      cut: async () => {
        this.#left.push(driver);
        if (this.#abandoned === "are ended") await this.#endTransactions();
      },
    };
  }

  async add({ db }: MysqlContext, key: string): Promise<void> {
    await db.query("INSERT INTO counters VALUES (?, 1) ON DUPLICATE KEY UPDATE value = value + 1", [key]);
  }

  async clear({ db }: MysqlContext, key: string): Promise<void> {
    await db.query("DELETE FROM counters WHERE id = ?", [key]);
  }

  async counters(): Promise<Counters> {
    const [rows] = await this.#pool.query<RowDataPacket[]>("SELECT id, value FROM counters");
    return new Map(rows.map(({ id, value }) => [String(id), Number(value)]));
  }

  async put(key: string, value: number): Promise<void> {
    await this.#pool.query("DELETE FROM counters WHERE id = ?", [key]);
    if (value > 0) await this.#pool.query("INSERT INTO counters VALUES (?, ?)", [key, value]);
  }

  async save(): Promise<() => Promise<void>> {
    await this.#endTransactions();
    const number = ++this.#kept;
    for (const table of TABLES) {
      await this.#pool.query(`CREATE TABLE kept_${number}_${table} AS SELECT * FROM ${table}`);
    }
    const restore = TABLES.map((table) =>
      `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${number}_${table}`
    );
    // The lease of a process that is gone lasts as long as it did when that was kept.
    const now = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000";
    const freshen = `UPDATE denock_lease SET expires_at = ${now} + lease_ms`;
    return async () => {
      await this.#endTransactions();
      await this.#pool.query([...restore, freshen].join("; "));
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endTransactions();
    await this.outside[Symbol.asyncDispose]();
  }

  async #endTransactions(): Promise<void> {
    const left = this.#left;
    this.#left = [];
    await this.outside.evict(left.map(({ session }) => session));
    for (const driver of left) await driver[Symbol.asyncDispose]();
  }
}
