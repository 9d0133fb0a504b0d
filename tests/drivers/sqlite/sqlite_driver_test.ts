import { join } from "@std/path";
import { openDatabase, SqliteDriver } from "../../../src/drivers/sqlite/mod.ts";
import { driverConformance } from "../../../src/testing/mod.ts";

driverConformance({
  test: (name, run) => Deno.test(`SqliteDriver: ${name}`, run),
  async open() {
    const folder = await Deno.makeTempDir({ prefix: "denock-" });
    const path = join(folder, "conformance.db");
    const connections = [openDatabase(path)];
    connections[0]?.exec("PRAGMA journal_mode = WAL; CREATE TABLE things (key TEXT) STRICT");
    return {
      connect() {
        const database = openDatabase(path);
        connections.push(database);
        return Promise.resolve(new SqliteDriver({ database }));
      },
      // deno-lint-ignore require-await -- the client is synchronous, the suite is not
      async write({ db }, key) {
        db.prepare("INSERT INTO things VALUES (?)").run(key);
      },
      // deno-lint-ignore require-await -- the client is synchronous, the suite is not
      async has({ db }, key) {
        return db.prepare("SELECT key FROM things WHERE key = ?").get(key) !== undefined;
      },
      // deno-lint-ignore require-await -- the client is synchronous, the suite is not
      async changeSchema({ db }, name) {
        db.exec(`CREATE TABLE ${name} (key TEXT) STRICT`);
      },
      // deno-lint-ignore require-await -- the client is synchronous, the suite is not
      async hasSchema({ db }, name) {
        return db.prepare("SELECT name FROM sqlite_schema WHERE name = ?").get(name) !== undefined;
      },
      async [Symbol.asyncDispose]() {
        for (const connection of connections) connection.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
});
