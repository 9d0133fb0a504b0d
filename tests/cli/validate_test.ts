import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openDatabase } from "../../src/drivers/sqlite/mod.ts";
import { createTable, documentOf, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";

const TWO = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

Deno.test("denock validate without a database checks the files alone", async () => {
  await using folder = await WorkFolder.make(TWO);
  const { code, stdout, stderr } = await folder.denock(["validate"]);
  assertEquals(code, 0, stderr);
  assertEquals(stderr, "./migrations without a database\n");
  assertEquals(stdout, "Checked files: 2 change units; no database is given, so no history was looked at\n");
  const { command, outcome, checked, pending, problems } = documentOf(await folder.denock(["validate", "--json"]));
  assertEquals([command, outcome, checked], ["validate", "valid", "files"]);
  assertEquals([pending.length, problems], [2, []]);
});

Deno.test("denock validate finds every file that is wrong, needs no driver for that, and exits with 3", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "migrations/0002_again.ts": createTable("again"),
    "migrations/0003_broken.ts": "export const execution = 1;",
    "migrations/3-wrong_name.ts": createTable("wrong"),
  });
  const { code, stdout, stderr } = await folder.denock(["validate"], { deno: ["--allow-read", "--allow-env"] });
  assertEquals(code, 3, stderr);
  for (const expected of ["DUPLICATE_ORDER", "CHANGE_UNIT_INVALID", "FILE_NAME_INVALID"]) {
    assertStringIncludes(stdout, `\nerror ${expected}: `);
  }
  assertMatch(
    stderr,
    /error PLAN_HAS_PROBLEMS: .* 3 problems\n {2}- When that is solved, run again: denock validate\n$/,
  );
  const { outcome, error } = documentOf(await folder.denock(["validate", "--json"]));
  assertEquals([outcome, error.problems.length], ["refused", 3]);
});

Deno.test("denock validate takes the author and the rules of the configuration", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "denock.config.ts": 'export default { defaultAuthor: "ann", rules: { profiles: ["prod"] } };',
    "migrations/0003_create_samples.ts": createTable("samples", 'export const profiles = ["test"];'),
  });
  const { changes } = documentOf(await folder.denock(["validate", "--json"]));
  assertEquals([changes[0].author, changes[2].decision], ["ann", "skip"]);
});

Deno.test("denock validate with a database counts, and pending change units are fine unless --no-pending is given", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "migrations/0003_always.ts": sqliteUnit("", "", "export const runAlways = true;"),
  });
  await folder.denock(["migrate", ...SHOP]);
  const done = await folder.denock(["validate", "--no-pending", ...SHOP]);
  assertEquals([done.code, done.stdout], [0, "Checked files and history: 3 change units, 3 executed, 0 pending\n"]);

  await folder.write("migrations/0004_create_carts.ts", createTable("carts"));
  const fine = await folder.denock(["validate", ...SHOP]);
  assertEquals([fine.code, fine.stdout], [0, "Checked files and history: 4 change units, 3 executed, 1 pending\n"]);
  const { code, stderr } = await folder.denock(["validate", "--no-pending", ...SHOP]);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "error PLAN_HAS_PROBLEMS: Pending: 0004_create_carts.ts\n");
  const document = documentOf(await folder.denock(["validate", "--no-pending", "--json", ...SHOP]));
  assertEquals([document.outcome, document.pending[0].id], ["refused", "create_carts"]);
  const files = await folder.denock(["validate", "--no-pending"]);
  assertEquals(files.code, 2);
  assertStringIncludes(files.stderr, "Without a database everything is pending");
});

Deno.test("denock validate exits with 3 for an edited file, and for an edited history that denock plan does not mind", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await folder.write("migrations/0001_create_users.ts", createTable("people"));
  const edited = await folder.denock(["validate", ...SHOP]);
  assertEquals(edited.code, 3);
  assertStringIncludes(edited.stdout, "error CHANGE_EDITED: ");

  await folder.write("migrations/0001_create_users.ts", createTable("users"));
  assertEquals((await folder.denock(["validate", ...SHOP])).code, 0);
  {
    using database = openDatabase(join(folder.path, "shop.db"));
    database.exec("UPDATE denock_history SET execution_hostname = 'elsewhere' WHERE seq = 3");
  }
  assertEquals((await folder.denock(["plan", ...SHOP])).code, 0);
  const broken = documentOf(await folder.denock(["validate", "--json", ...SHOP]));
  assertEquals([broken.outcome, broken.error.code], ["refused", "HISTORY_BROKEN"]);
});
