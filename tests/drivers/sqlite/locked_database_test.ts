import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { Runner } from "../../../mod.ts";
import { SqliteDriver } from "../../../src/drivers/sqlite/mod.ts";

/** Two connections to one file that do not wait for each other. */
async function openTwice(run: (first: DatabaseSync, second: DatabaseSync) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  const path = join(folder, "locked.db");
  try {
    using first = new DatabaseSync(path, { timeout: 0 });
    using second = new DatabaseSync(path, { timeout: 0 });
    first.exec("PRAGMA journal_mode = WAL; CREATE TABLE things (key TEXT) STRICT");
    await run(first, second);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("SqliteDriver calls a locked database transient, by whichever call of the client it was met", async () => {
  await openTwice(async (first, second) => {
    await using driver = new SqliteDriver({ database: second });
    first.exec("BEGIN IMMEDIATE");
    const insert = "INSERT INTO things VALUES ('a')";
    const calls = [() => second.exec(insert), () => second.exec("BEGIN IMMEDIATE"), () => second.prepare(insert).run()];
    for (const call of calls) assertEquals(driver.classify(assertThrows(call)), "transient");
    const begin = await assertRejects(() => driver.transaction(() => Promise.resolve(), () => {}));
    assertEquals(driver.classify(begin), "transient");
    first.exec("ROLLBACK");
    assertEquals(driver.classify(assertThrows(() => second.exec("INSERT INTO nothing VALUES (1)"))), "permanent");
  });
});

Deno.test("Runner.migrate() on SQLite waits for a transaction of somebody else instead of recording a failure", async () => {
  await openTwice(async (first, second) => {
    await using driver = new SqliteDriver({ database: second });
    const unit = (order: string, id: string) => ({
      id,
      order,
      execution: ({ db }: { readonly db: DatabaseSync }) => db.exec(`INSERT INTO things VALUES ('${id}')`),
      rollbackExecution: () => {},
    });
    await new Runner({ driver, migrations: [unit("1", "a")] }).migrate();
    // Between the RUN entry and the begin of the transaction somebody else begins one.
    const later = { ...unit("2", "b") };
    const runner = new Runner({
      driver,
      migrations: [unit("1", "a"), later],
      retryMs: 2_000,
      listener({ type }) {
        if (type === "execution.started") first.exec("BEGIN IMMEDIATE");
        if (type === "change.retrying" && first.isTransaction) first.exec("ROLLBACK");
      },
    });
    assertEquals((await runner.migrate()).executed.map(({ id, attempts }) => [id, attempts > 1]), [["b", true]]);
    assertEquals(second.prepare("SELECT key FROM things ORDER BY key").all().map(({ key }) => key), ["a", "b"]);
  });
});
