import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { Runner } from "../../mod.ts";
import { SqliteDriver } from "../../src/drivers/sqlite/mod.ts";

Deno.test("Runner.undo() on SQLite repeats a rollback without a transaction that meets a transaction of somebody else", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  try {
    const path = join(folder, "locked.db");
    using other = new DatabaseSync(path, { timeout: 0 });
    using database = new DatabaseSync(path, { timeout: 0 });
    other.exec("PRAGMA journal_mode = WAL; CREATE TABLE things (key TEXT) STRICT");
    await using driver = new SqliteDriver({ database });
    const runner = new Runner({
      driver,
      migrations: [{
        id: "a",
        order: "1",
        transactional: false,
        execution: ({ db }) => db.exec("INSERT INTO things VALUES ('a')"),
        rollbackExecution({ db, attempt }) {
          if (attempt === 1) other.exec("BEGIN IMMEDIATE");
          db.exec("DELETE FROM things");
        },
      }],
      listener({ type }) {
        if (type === "rollback.retrying" && other.isTransaction) other.exec("ROLLBACK");
      },
    });
    await runner.migrate();
    const { executed } = await runner.undo({ all: true });
    assertEquals(executed.map(({ id, attempts }) => [id, attempts]), [["a", 2]]);
    assertEquals(database.prepare("SELECT key FROM things").all(), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
