import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { Runner } from "../../../mod.ts";
import { SqliteDriver } from "../../../src/drivers/sqlite/mod.ts";

/** A database that notes the statements it is given. */
class NotingDatabase extends DatabaseSync {
  readonly statements: string[] = [];

  override prepare(...given: Parameters<DatabaseSync["prepare"]>) {
    this.#note(given[0]);
    return super.prepare(...given);
  }

  override exec(sql: string) {
    this.#note(sql);
    super.exec(sql);
  }

  /** How many rows were ever changed over this connection. */
  changes(): number {
    return Number(super.prepare("SELECT total_changes() AS changes").get()?.changes);
  }

  /** What a statement does, and to what. */
  #note(sql: string): void {
    const [does = ""] = sql.trim().split(/\s/, 1);
    const table = /"(denock_\w+)"|\b(items)\b/.exec(sql);
    this.statements.push([does, table?.[1] ?? table?.[2]].filter(Boolean).join(" "));
  }
}

const UNIT = `
export const execution = ({ db }) => db.exec("INSERT INTO items VALUES (1)");
export const rollbackExecution = () => {};
`;

async function makeFolder(count: number): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  for (let number = 1; number <= count; number++) {
    await Deno.writeTextFile(join(folder, `${String(number).padStart(5, "0")}_unit_${number}.ts`), UNIT);
  }
  return folder;
}

for (const count of [1, 100]) {
  Deno.test(`migrate() with ${count} pending change units executes four statements for each and four more, then one`, async () => {
    const folder = await makeFolder(count);
    const database = new NotingDatabase(join(folder, "_counted.db"));
    try {
      database.exec("CREATE TABLE items (number INTEGER)");
      await using driver = new SqliteDriver({ database });
      const first = { id: "first", order: "0", execution: () => {}, irreversible: "it does nothing" };
      await new Runner({ driver, migrations: [first] }).migrate();
      const migrate = async () => {
        database.statements.length = 0;
        return await new Runner({ driver, migrations: folder, rules: { missing: "warn" } }).migrate();
      };
      assertEquals((await migrate()).executed.length, count);
      const each = ["BEGIN", "INSERT items", "INSERT denock_history", "COMMIT"];
      assertEquals(database.statements, [
        ...["SELECT denock_history", "INSERT denock_lease", "INSERT denock_history"],
        ...Array.from({ length: count }, () => each).flat(),
        "UPDATE denock_lease",
      ]);

      const changes = database.changes();
      assertEquals((await migrate()).executed, []);
      assertEquals(database.statements, ["SELECT denock_history"]);
      assertEquals(database.changes(), changes, "nothing was written");
    } finally {
      database.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
