import type { DatabaseSync } from "node:sqlite";
import { join } from "@std/path";
import { openDatabase, type SqliteContext, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import type { Connection, Counters, Ground } from "./ground.ts";

/** A SQLite database in a file. */
export class SqliteGround implements Ground, AsyncDisposable {
  readonly #folder: string;
  readonly #open = new Set<DatabaseSync>();
  #files = 0;
  #path: string;
  #looking: { readonly database: DatabaseSync; readonly driver: SqliteDriver };

  private constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, "0.db");
    this.#looking = this.#connect();
    this.#looking.database.exec(
      "PRAGMA journal_mode = WAL; CREATE TABLE counters (key TEXT PRIMARY KEY, value INTEGER) STRICT",
    );
  }

  /** Makes the database. */
  static async make(): Promise<SqliteGround> {
    return new SqliteGround(await Deno.makeTempDir({ prefix: "denock_" }));
  }

  get outside(): SqliteDriver {
    return this.#looking.driver;
  }

  connect(): Connection {
    const { database, driver } = this.#connect();
    // What is not committed is rolled back, as it is when a process ends.
    return { driver, cut: () => Promise.resolve(this.#close(database)) };
  }

  add({ db }: SqliteContext, key: string): Promise<void> {
    db.prepare("INSERT INTO counters VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET value = value + 1").run(key);
    return Promise.resolve();
  }

  clear({ db }: SqliteContext, key: string): Promise<void> {
    db.prepare("DELETE FROM counters WHERE key = ?").run(key);
    return Promise.resolve();
  }

  counters(): Promise<Counters> {
    const rows = this.#looking.database.prepare("SELECT key, value FROM counters").all();
    return Promise.resolve(new Map(rows.map(({ key, value }) => [String(key), Number(value)])));
  }

  put(key: string, value: number): Promise<void> {
    const { database } = this.#looking;
    database.prepare("DELETE FROM counters WHERE key = ?").run(key);
    if (value > 0) database.prepare("INSERT INTO counters VALUES (?, ?)").run(key, value);
    return Promise.resolve();
  }

  async save(): Promise<() => Promise<void>> {
    const kept = join(this.#folder, `kept${++this.#files}.db`);
    // The last connection to be closed puts everything into the one file.
    this.#closeAll();
    await Deno.copyFile(this.#path, kept);
    this.#looking = this.#connect();
    return async () => {
      this.#closeAll();
      await Deno.remove(this.#path);
      this.#path = join(this.#folder, `${++this.#files}.db`);
      await Deno.copyFile(kept, this.#path);
      this.#looking = this.#connect();
      this.#freshenLease();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closeAll();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #connect(): { readonly database: DatabaseSync; readonly driver: SqliteDriver } {
    const database = openDatabase(this.#path);
    // Processes come to their end here, machines do not.
    database.exec("PRAGMA synchronous = OFF");
    this.#open.add(database);
    return { database, driver: new SqliteDriver({ database }) };
  }

  /** The lease of a process that is gone lasts as long as it did when that was kept. */
  #freshenLease(): void {
    const { database } = this.#looking;
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'denock_lease'").get();
    if (table !== undefined) database.prepare("UPDATE denock_lease SET expires_at = ? + lease_ms").run(Date.now());
  }

  #closeAll(): void {
    for (const database of this.#open) this.#close(database);
  }

  #close(database: DatabaseSync): void {
    if (this.#open.delete(database)) database.close();
  }
}
