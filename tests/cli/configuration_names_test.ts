import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openDatabase } from "../../src/drivers/sqlite/mod.ts";
import { WorkFolder } from "./denock.ts";

const UNIT = `
export const execution = ({ db, table }) => db.exec("CREATE TABLE " + table + " (name TEXT)");
export const irreversible = "a test";
`;

function configuration(service: string): string {
  return `export default {
    database: "sqlite:./shop.db",
    migrations: "./migrations",
    dependencies: { table: "${service}_things" },
    historyName: "${service}_history",
    leaseName: "${service}_lease",
    recordRepeats: false,
  };`;
}

Deno.test("denock with names of their own keeps the histories of two services in one database apart", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_make_things.ts": UNIT,
    "one.ts": configuration("one"),
    "two.ts": configuration("two"),
  });
  for (const config of ["one.ts", "two.ts"]) {
    const { code, stderr } = await folder.denock(["migrate", "--config", config]);
    assertEquals(code, 0, stderr);
  }
  using database = openDatabase(join(folder.path, "shop.db"));
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  assertEquals(tables.map(({ name }) => name), [
    "one_history",
    "one_lease",
    "one_things",
    "two_history",
    "two_lease",
    "two_things",
  ]);
});
