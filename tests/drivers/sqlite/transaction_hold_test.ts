import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { TransactionHold } from "../../../src/drivers/sqlite/transaction_hold.ts";

/** A database that counts how often it is told whom to ask. */
class CountingDatabase extends DatabaseSync {
  told = 0;

  setAuthorizer(...given: unknown[]) {
    this.told++;
    const { setAuthorizer } = DatabaseSync.prototype as { setAuthorizer?: (...given: unknown[]) => void };
    setAuthorizer?.apply(this, given);
  }
}

Deno.test("TransactionHold refuses statements about transactions while work runs, and tells SQLite once however often", async () => {
  using database = new CountingDatabase(":memory:");
  const hold = new TransactionHold(database);
  assertEquals(database.told, 0);
  for (let time = 0; time < 5; time++) {
    database.exec("BEGIN");
    await hold.during(() => {
      for (const statement of ["COMMIT", "ROLLBACK", "BEGIN"]) {
        assertThrows(() => database.exec(statement), Error, "not authorized");
      }
      database.exec("CREATE TABLE IF NOT EXISTS items (number INTEGER)");
      return Promise.resolve();
    });
    database.exec("COMMIT");
  }
  assertEquals(database.told, 1);
  hold.end();
  hold.end();
  assertEquals(database.told, 2);
  database.exec("BEGIN; COMMIT");
});

Deno.test("TransactionHold lets statements through again after work that has thrown", async () => {
  using database = new CountingDatabase(":memory:");
  const hold = new TransactionHold(database);
  await hold.during(() => Promise.reject(new Error("broken"))).catch(() => {});
  database.exec("BEGIN; COMMIT");
});
