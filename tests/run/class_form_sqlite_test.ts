import { assertEquals, assertRejects } from "@std/assert";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ChangeFailedError, Runner } from "../../mod.ts";
import {
  BeforeExecution,
  ChangeUnit,
  Execution,
  RollbackBeforeExecution,
  RollbackExecution,
} from "../../src/change_unit/decorators.ts";
import { openDatabase, type SqliteContext, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";

/** Fills a table through what its constructor has kept, and fails where it is told to. */
class FillClients {
  static failing = false;
  readonly #db: DatabaseSync;
  readonly #count: StatementSync;

  constructor({ db }: SqliteContext) {
    this.#db = db;
    this.#count = db.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'clients'");
  }

  @BeforeExecution
  before() {
    this.#db.exec(`CREATE TABLE clients (name TEXT) STRICT`);
  }

  @RollbackBeforeExecution
  rollbackBefore() {
    this.#db.exec("ALTER TABLE clients RENAME TO rolled_back");
  }

  @Execution
  execute() {
    const insert = this.#db.prepare("INSERT INTO clients VALUES (?)");
    insert.run(`ann, ${this.#count.get()?.count} table`);
    insert.run(this.#db.isTransaction ? "in a transaction" : "outside");
    if (FillClients.failing) throw new Error("it fails");
  }

  @RollbackExecution
  rollback() {
    this.#db.exec("UPDATE clients SET name = 'rolled back'");
  }
}

@ChangeUnit({ id: "fill", order: "1" })
class Transactional extends FillClients {}

@ChangeUnit({ id: "fill", order: "1", transactional: false })
class NotTransactional extends FillClients {}

/** Migrates, with success or without, and gives the names in a table. */
async function namesAfter(unit: typeof FillClients, failing: boolean, table: string): Promise<unknown[]> {
  using database = openDatabase(":memory:");
  await using driver = new SqliteDriver({ database });
  FillClients.failing = failing;
  const migrated = new Runner({ driver, migrations: [unit] }).migrate();
  if (failing) await assertRejects(() => migrated, ChangeFailedError, "it fails");
  else await migrated;
  return database.prepare(`SELECT name FROM ${table}`).all().map(({ name }) => name);
}

Deno.test("A class on SQLite writes through a db and a statement that its constructor has kept", async () => {
  const transactional = await namesAfter(Transactional, false, "clients");
  assertEquals(transactional, ["ann, 1 table", "in a transaction"]);
  assertEquals(await namesAfter(NotTransactional, false, "clients"), ["ann, 1 table", "outside"]);
});

Deno.test("What a class on SQLite writes through a kept db is rolled back with its transaction", async () => {
  assertEquals(await namesAfter(Transactional, true, "rolled_back"), []);
});

Deno.test("What a class on SQLite writes without a transaction is rolled back by its method", async () => {
  assertEquals(await namesAfter(NotTransactional, true, "rolled_back"), ["rolled back", "rolled back"]);
});
