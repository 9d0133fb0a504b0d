import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createTable, documentOf, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";

const TWO = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

/** A folder and a database between which there is every difference. */
async function differing(): Promise<WorkFolder> {
  const folder = await WorkFolder.make({
    ...TWO,
    "migrations/0003_create_carts.ts": createTable("carts"),
    "migrations/0004_create_gone.ts": createTable("gone"),
    "migrations/0005_always.ts": sqliteUnit("", "", "export const runAlways = true;"),
    "migrations/0006_create_last.ts": createTable("last"),
  });
  await folder.denock(["migrate", ...SHOP]);
  await folder.denock(["undo", "--count", "1", "--yes", ...SHOP]);
  await folder.write("migrations/0006_create_last.ts", sqliteUnit('throw new Error("boom");'));
  await folder.denock(["migrate", ...SHOP]);
  await folder.write("migrations/0002_create_orders.ts", createTable("edited"));
  await Deno.remove(`${folder.path}/migrations/0004_create_gone.ts`);
  await folder.write("migrations/0007_create_tests.ts", createTable("tests", 'export const profiles = ["test"];'));
  await folder.write(
    "migrations/0008_for_ever.ts",
    `
    export const irreversible = "it cannot be";
    export function execution() {}`,
  );
  return folder;
}

Deno.test("denock list shows since when everything is in its state, as people and as machines read it", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await folder.write("migrations/0003_create_carts.ts", createTable("carts"));
  const { stdout } = await folder.denock(["list", ...SHOP]);
  assertMatch(stdout, /^order +id +author +state +since +ms +undo +file$/m);
  assertMatch(stdout, /^0001 +create_users +default-author +EXECUTED +\d{4}-\S+Z +\d+ +0001_create_users\.ts$/m);
  const { command, outcome, view, changes } = documentOf(await folder.denock(["list", "--json", ...SHOP]));
  assertEquals([command, outcome, view], ["list", "listed", "compare"]);
  assertEquals(changes.map(({ state }: { readonly state: string }) => state), ["EXECUTED", "EXECUTED", "PENDING"]);
  const undo = changes.map(({ canBeUndone }: { readonly canBeUndone: boolean | null }) => canBeUndone);
  assertEquals(undo, [null, null, true], "what is executed and unchanged is not loaded");
});

Deno.test("denock list compares what the folder has with what the history has", async () => {
  await using folder = await differing();
  const { code, stdout, stderr } = await folder.denock(["list", "--view", "compare", ...SHOP]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^0002 .* EXECUTED .* 0002_create_orders\.ts +edited$/m);
  assertStringIncludes(stderr, "note there is more to say, 2 problems: see denock plan\n");
  const { changes } = documentOf(await folder.denock(["list", "--json", ...SHOP]));
  const rows = changes.map((row: Record<string, unknown>) => [row.id, row.state, row.canBeUndone, row.details]);
  assertEquals(rows, [
    ["create_users", "EXECUTED", null, []],
    ["create_orders", "EXECUTED", null, ["edited"]],
    ["create_carts", "EXECUTED", null, []],
    ["create_gone", "EXECUTED", null, ["not found in code"]],
    ["always", "EXECUTED", true, ["runs in every execution"]],
    ["create_last", "FAILED", true, ["execution failed: Error: boom"]],
    ["create_tests", "PENDING", null, ["none of its profiles (test) is active"]],
    ["for_ever", "PENDING", false, ["cannot be undone: it cannot be"]],
  ]);
});

Deno.test("denock list also compares what was rolled back and is gone from the folder", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await folder.denock(["undo", "--count", "1", "--yes", ...SHOP]);
  await Deno.remove(`${folder.path}/migrations/0002_create_orders.ts`);
  const { stdout } = await folder.denock(["list", ...SHOP]);
  assertMatch(stdout, /^0002 .* ROLLED_BACK .* 0002_create_orders\.ts +not found in code, rolled back$/m);
});

Deno.test("denock list --view database shows what the history has, and needs no folder for that", async () => {
  await using folder = await differing();
  const args = ["list", "--view", "database", "--migrations", "nowhere"];
  const { code, stdout, stderr } = await folder.denock([...args, ...SHOP]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^order +id +author +state +since +ms +file +details$/m);
  assertMatch(stdout, /^0006 +create_last .* FAILED .* execution failed: Error: boom$/m);
  const { view, changes } = documentOf(await folder.denock([...args, "--json", ...SHOP]));
  assertEquals([view, changes.length, changes[3].id], ["database", 6, "create_gone"]);
});

Deno.test("denock list --view code shows what the folder has, with and without a database", async () => {
  await using folder = await differing();
  const withDatabase = documentOf(await folder.denock(["list", "--view", "code", "--json", ...SHOP]));
  const ids = withDatabase.changes.map(({ id }: { readonly id: string }) => id);
  assertEquals(ids.length, 7);
  assertEquals([ids.includes("create_gone"), withDatabase.view], [false, "code"]);
  assertEquals(withDatabase.changes[0], {
    id: "create_users",
    author: "default-author",
    order: "0001",
    file: "0001_create_users.ts",
    details: [],
    canBeUndone: null,
  });
  const { code, stdout, stderr } = await folder.denock(["list", "--view", "code"]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "./migrations without a database\n");
  assertMatch(stdout, /^0001 +create_users +default-author +yes +0001_create_users\.ts$/m);
  assertMatch(stdout, /^0008 +for_ever +default-author +no +0008_for_ever\.ts +cannot be undone: it cannot be$/m);
});

Deno.test("denock list shows a file that cannot be loaded, and exits with 0", async () => {
  await using folder = await WorkFolder.make({ ...TWO, "migrations/0003_broken.ts": "export const execution = 1;" });
  for (const view of ["code", "compare"]) {
    const { code, stdout } = await folder.denock(["list", "--view", view, ...SHOP]);
    assertEquals(code, 0);
    assertMatch(stdout, /^0003 +broken .* 0003_broken\.ts +it cannot be loaded$/m);
  }
});

Deno.test("denock list --view refuses a view that is none", async () => {
  await using folder = await WorkFolder.make(TWO);
  const { code, stderr } = await folder.denock(["list", "--view", "all", ...SHOP]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "The option --view needs one of database, code, compare");
});
