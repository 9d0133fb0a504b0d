import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openDatabase } from "../../src/drivers/sqlite/mod.ts";
import { createTable, documentOf, finish, SHOP, sqliteUnit, until, WorkFolder } from "./denock.ts";

const THREE = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
  "migrations/0003_create_carts.ts": createTable("carts"),
};

async function migrated(files: Readonly<Record<string, string>> = THREE): Promise<WorkFolder> {
  const folder = await WorkFolder.make(files);
  const { code, stderr } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 0, stderr);
  return folder;
}

function tables(folder: WorkFolder): unknown[] {
  using database = openDatabase(join(folder.path, "shop.db"));
  const ours = "name NOT LIKE 'denock_%' AND name NOT LIKE 'sqlite_%'";
  return database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND ${ours} ORDER BY name`).all()
    .map(({ name }) => name);
}

Deno.test("denock undo --count undoes the last ones, newest first, and tells so line by line, as a table and as a sum", async () => {
  await using folder = await migrated();
  const { code, stdout, stderr } = await folder.denock(["undo", "--count", "2", "--yes", ...SHOP]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^undone 0003_create_carts\.ts {2}\d+ ms\nundone 0002_create_orders\.ts {2}\d+ ms$/m);
  assertMatch(stdout, /^0003 .* ROLLED_BACK +\d+ +1\n0002 .* ROLLED_BACK +\d+ +1$/m);
  assertMatch(stdout, /\n\n2 undone, 0 failed, 0 left\n$/);
  assertEquals(tables(folder), ["users"]);
});

Deno.test("denock undo --to goes back to a change unit and undoes it as well; --json prints one document", async () => {
  await using folder = await migrated();
  const finished = await folder.denock(["undo", "--to", "create_orders", "--yes", "--json", ...SHOP]);
  assertEquals(finished.code, 0, finished.stderr);
  const { command, outcome, report, error } = documentOf(finished);
  assertEquals([command, outcome, report.operation, error], ["undo", "undone", "UNDO", undefined]);
  const files = report.executed.map(({ file }: { readonly file: string }) => file);
  assertEquals(files, ["0003_create_carts.ts", "0002_create_orders.ts"]);
  assertEquals(tables(folder), ["users"]);
});

Deno.test("denock undo --all undoes everything, and again there is nothing to undo", async () => {
  await using folder = await migrated();
  assertEquals((await folder.denock(["undo", "--all", "--yes", ...SHOP])).code, 0);
  assertEquals(tables(folder), []);
  const again = await folder.denock(["undo", "--all", "--yes", ...SHOP]);
  assertEquals([again.code, again.stdout], [0, "There is nothing to undo: no change unit is executed\n"]);
  const document = documentOf(await folder.denock(["undo", "--all", "--yes", "--json", ...SHOP]));
  assertEquals([document.outcome, document.report.executionId], ["nothing to undo", null]);
});

Deno.test("denock undo makes no database that is not there", async () => {
  await using folder = await WorkFolder.make(THREE);
  assertEquals((await folder.denock(["undo", "--all", "--yes", ...SHOP])).code, 0);
  assertEquals(await folder.has("shop.db"), false);
});

Deno.test("denock undo wants to be told in exactly one way how far back to go", async () => {
  await using folder = await migrated();
  for (const args of [[], ["--all", "--count", "1"], ["--to", "create_users", "--all"]]) {
    const { code, stdout, stderr } = await folder.denock(["undo", "--yes", ...args, ...SHOP]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, "how far back to go\n  - --to ID: ");
  }
});

Deno.test("denock undo without a terminal and without --yes is bad usage, and undoes nothing", async () => {
  await using folder = await migrated();
  const { code, stdout, stderr } = await folder.denock(["undo", "--all", ...SHOP]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /^error CONFIGURATION_INVALID: This asks before .*\n {2}- Run it on a terminal\n {2}- Or say --yes/,
  );
  const document = documentOf(await folder.denock(["undo", "--all", "--json", ...SHOP]));
  assertEquals([document.command, document.outcome], ["undo", "bad usage"]);
  assertEquals(tables(folder).length, 3);
});

Deno.test("denock undo refuses as a whole with 3 what cannot be undone, and shows with which command to look", async () => {
  await using folder = await migrated({
    ...THREE,
    "migrations/0002_create_orders.ts": `
      export const irreversible = "orders are for ever";
      export function execution({ db }: any) { db.exec("CREATE TABLE orders (name TEXT) STRICT"); }`,
  });
  const { code, stdout, stderr } = await folder.denock(["undo", "--all", "--yes", ...SHOP]);
  assertEquals([code, stdout], [3, ""]);
  assertStringIncludes(
    stderr,
    'error CHANGE_IRREVERSIBLE: "0002_create_orders.ts" cannot be undone: orders are for ever',
  );
  assertStringIncludes(stderr, "See every decision: denock plan --undo --all --database sqlite:./shop.db\n");
  assertEquals(tables(folder).length, 3);
  const unknown = documentOf(await folder.denock(["undo", "--to", "nothing", "--yes", "--json", ...SHOP]));
  assertEquals([unknown.outcome, unknown.error.problems[0].code], ["refused", "TARGET_UNKNOWN"]);
});

Deno.test("denock undo exits with 1 when a rollback fails, and goes on with what is left of its number", async () => {
  await using folder = await migrated({
    ...THREE,
    "migrations/0002_create_orders.ts": sqliteUnit("", 'throw new Error("boom");'),
  });
  const failed = await folder.denock(["undo", "--count", "3", "--yes", ...SHOP]);
  assertEquals(failed.code, 1);
  assertMatch(failed.stdout, /^0003 .* ROLLED_BACK .*\n0002 .* EXECUTED\n\n1 undone, 1 failed, 1 left\n$/m);
  assertStringIncludes(failed.stderr, "What was undone stays: 0003_create_carts.ts\n");
  assertStringIncludes(failed.stderr, "its undo was rolled back, so it still is executed");
  assertStringIncludes(failed.stderr, "then run: denock undo --count 2 --yes --database sqlite:./shop.db\n");
  assertStringIncludes(failed.stderr, "denock repair --accept create_orders --reason");
  const { changes } = documentOf(await folder.denock(["list", "--json", ...SHOP]));
  assertEquals(changes[1].details, ["its undo failed: Error: boom"]);
});

Deno.test({
  name: "denock undo ends in good order for SIGINT, and what is under way still counts as executed",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await migrated({
      ...THREE,
      "migrations/0003_create_carts.ts": `
        export function execution() {}
        export async function rollbackExecution({ db, signal }: any) {
          Deno.writeTextFileSync("running", "");
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          db.exec("SELECT 1");
        }`,
    });
    const child = folder.start(["undo", "--all", "--yes", "--json", ...SHOP]);
    await until(() => folder.has("running"));
    child.kill("SIGINT");
    const finished = await finish(child);
    assertEquals(finished.code, 130, finished.stderr);
    const { outcome, report } = documentOf(finished);
    assertEquals([outcome, report.executed.length, report.failed[0].state], ["interrupted", 0, "EXECUTED"]);
    assertEquals(report.pending.length, 2);
    assertEquals(tables(folder), ["orders", "users"]);
    assertStringIncludes(finished.stderr, "Go on: denock undo --all --yes --database sqlite:./shop.db");
  },
});
