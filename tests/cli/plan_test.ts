import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createTable, documentOf, SHOP, WorkFolder } from "./denock.ts";

const TWO = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

Deno.test("denock plan and denock list make no database that is not there", async () => {
  await using folder = await WorkFolder.make(TWO);
  const plan = await folder.denock(["plan", ...SHOP]);
  assertEquals(plan.code, 0, plan.stderr);
  assertMatch(plan.stdout, /^0002 +create_orders +default-author +run +pending$/m);
  assertMatch(plan.stdout, /\n2 to run, 0 done, 0 skipped\n$/);
  const list = await folder.denock(["list", ...SHOP]);
  assertEquals(list.code, 0, list.stderr);
  assertMatch(list.stdout, /^0002 +create_orders +default-author +PENDING +yes +0002_create_orders\.ts$/m);
  assertEquals(await folder.has("shop.db"), false);
});

Deno.test("denock plan writes nothing to a database that is there", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await folder.write("migrations/0003_create_carts.ts", createTable("carts"));
  const before = await Deno.readFile(`${folder.path}/shop.db`);
  const { code, stdout } = await folder.denock(["plan", ...SHOP]);
  assertEquals(code, 0);
  assertMatch(stdout, /\n1 to run, 2 done, 0 skipped\n$/);
  assertEquals(await Deno.readFile(`${folder.path}/shop.db`), before);
});

Deno.test("denock plan exits with 3 for an edited file, and denock migrate runs nothing then", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await folder.write("migrations/0001_create_users.ts", createTable("people"));
  await folder.write("migrations/0003_create_carts.ts", createTable("carts"));

  const plan = await folder.denock(["plan", ...SHOP]);
  assertEquals(plan.code, 3);
  assertMatch(plan.stdout, /^0001 +create_users +default-author +stop +edited after it was executed$/m);
  assertStringIncludes(plan.stdout, 'error CHANGE_EDITED: "0001_create_users.ts" was edited');
  assertStringIncludes(plan.stdout, "  - Restore the file");
  assert(!plan.stderr.includes("CHANGE_EDITED"), "once is enough");

  const migrate = await folder.denock(["migrate", ...SHOP]);
  assertEquals([migrate.code, migrate.stdout], [3, ""]);
  assertStringIncludes(migrate.stderr, "error PLAN_HAS_PROBLEMS: Nothing was run");
  assertStringIncludes(migrate.stderr, "error CHANGE_EDITED");
  assertStringIncludes(migrate.stderr, "See every decision: denock plan --database sqlite:./shop.db");

  const document = documentOf(await folder.denock(["plan", "--json", ...SHOP]));
  assertEquals([document.outcome, document.error.code], ["refused", "PLAN_HAS_PROBLEMS"]);
  assertEquals(document.plan.problems[0].code, "CHANGE_EDITED");
  assertEquals(document.plan.steps[0].file, "0003_create_carts.ts");
  const refused = documentOf(await folder.denock(["migrate", "--json", ...SHOP]));
  assertEquals([refused.outcome, refused.error.problems[0].code], ["refused", "CHANGE_EDITED"]);

  const list = await folder.denock(["list", ...SHOP]);
  assertEquals(list.code, 0);
  assertStringIncludes(list.stderr, "see denock plan");
});

Deno.test("denock plan exits with 0 when it only warns", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await Deno.remove(`${folder.path}/migrations/0002_create_orders.ts`);
  const { code, stdout } = await folder.denock(["plan", ...SHOP]);
  assertEquals(code, 0);
  assertMatch(stdout, /\n0 to run, 1 done, 0 skipped, 1 missing\n\nwarning CHANGE_MISSING_NEWER: /);
});

Deno.test("denock plan --to and --count show what is behind the limit as later", async () => {
  await using folder = await WorkFolder.make(TWO);
  for (const limit of [["--to", "create_users"], ["--count", "1"]]) {
    const { code, stdout } = await folder.denock(["plan", ...limit, ...SHOP]);
    assertEquals(code, 0);
    assertMatch(stdout, /^0002 +create_orders +default-author +later +behind the limit of this execution$/m);
    assertMatch(stdout, /\n1 to run, 0 done, 0 skipped, 1 later\n$/);
  }
});

Deno.test("denock plan --undo shows what undo would do, newest first, and writes nothing", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  const before = await Deno.readFile(`${folder.path}/shop.db`);
  const { code, stdout } = await folder.denock(["plan", "--undo", "--all", ...SHOP]);
  assertEquals(code, 0);
  assertMatch(stdout, /^0002 +create_orders +default-author +undo +executed\n0001 +create_users .*\n\n2 to undo\n$/m);
  const document = documentOf(await folder.denock(["plan", "--undo", "--to", "create_orders", "--json", ...SHOP]));
  assertEquals([document.outcome, document.direction], ["planned", "undo"]);
  assertEquals(document.plan.steps, [{
    id: "create_orders",
    author: "default-author",
    order: "0002",
    file: "0002_create_orders.ts",
    transactional: true,
    rollsBack: ["EXECUTION"],
  }]);
  const forward = documentOf(await folder.denock(["plan", "--json", ...SHOP]));
  assertEquals(forward.direction, "migrate");
  assertEquals(await Deno.readFile(`${folder.path}/shop.db`), before);
});

Deno.test("denock plan --undo wants to know how far, and --all needs --undo", async () => {
  await using folder = await WorkFolder.make(TWO);
  const cases: [args: string[], expected: string][] = [
    [["--undo"], "Nothing says how far back to go"],
    [["--undo", "--all", "--to", "create_users"], "Only one option can say how far back to go"],
    [["--all"], "The option --all says how far back to go"],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await folder.denock(["plan", ...args, ...SHOP]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, expected);
  }
});

Deno.test("denock plan --undo exits with 3 for what cannot be undone, and says it once", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  await Deno.remove(`${folder.path}/migrations/0001_create_users.ts`);
  const { code, stdout, stderr } = await folder.denock(["plan", "--undo", "--all", ...SHOP]);
  assertEquals(code, 3);
  assertMatch(stdout, /^0001 +create_users +default-author +stop +its file is missing$/m);
  assertMatch(stdout, /\n1 to undo, 1 stopped\n\nerror CHANGE_MISSING: /);
  assert(!stderr.includes("CHANGE_MISSING"));
  assertStringIncludes(
    stderr,
    "When that is solved, run again: denock plan --undo --all --database sqlite:./shop.db\n",
  );
});
