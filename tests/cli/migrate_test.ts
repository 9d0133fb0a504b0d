import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { createTable, documentOf, ROOT, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";

const TWO = {
  "migrations/0001_create_users.ts": createTable("users", 'export const author = "ann";'),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

Deno.test("denock migrate executes what is pending and tells so line by line, as a table and as a sum", async () => {
  await using folder = await WorkFolder.make(TWO);
  const { code, stdout, stderr } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^executed 0001_create_users\.ts {2}\d+ ms\nexecuted 0002_create_orders\.ts {2}\d+ ms$/m);
  assertMatch(stdout, /^order {2}id +author +state +ms {2}attempts$/m);
  assertMatch(stdout, /^0001 {3}create_users +ann +EXECUTED +\d+ +1$/m);
  assertMatch(stdout, /^0002 {3}create_orders +default-author +EXECUTED +\d+ +1$/m);
  assertMatch(stdout, /\n\n2 executed, 0 failed, 0 skipped, 0 pending\n$/);
});

Deno.test("denock migrate says that nothing is pending when it runs again", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  const { code, stdout } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 0);
  assertEquals(stdout, "Nothing is pending: 2 change units have been executed already\n");
});

Deno.test("denock migrate says that a folder without change units has none", async () => {
  await using folder = await WorkFolder.make({ "migrations/_shared.ts": "" });
  const { code, stdout } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 0);
  assertEquals(stdout, "Nothing is pending: there are no change units in ./migrations\n");
});

Deno.test("denock migrate --json prints one document with the report, executed or nothing pending", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_loud.ts": sqliteUnit('console.log("noise"); console.table([{ noise: 1 }]); log("noise");'),
  });
  const first = await folder.denock(["migrate", "--json", ...SHOP]);
  assertEquals(first.code, 0, first.stderr);
  assertStringIncludes(first.stderr, "noise");
  const { command, outcome, report, error } = documentOf(first);
  assertEquals([command, outcome, error], ["migrate", "executed", undefined]);
  assertEquals(report.executed[0].file, "0001_loud.ts");
  assertMatch(report.executionId, /^[0-9a-f-]{36}$/);
  const second = documentOf(await folder.denock(["--json", "migrate", ...SHOP]));
  assertEquals(second.outcome, "nothing pending");
  assertEquals(second.report.executionId, null);
});

Deno.test("denock migrate exits with 1 for a change unit that fails, says where, what remains and what to do", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "migrations/0003_broken.ts": sqliteUnit(`helper();\n}\nfunction helper() {\n  throw new Error("boom { x: 1 }");`),
    "migrations/0004_create_later.ts": createTable("later"),
  });
  const failed = await folder.denock(["migrate", ...SHOP]);
  assertEquals(failed.code, 1);
  assertMatch(failed.stdout, /^0003 +broken +default-author +FAILED$/m);
  assertMatch(failed.stdout, /\n2 executed, 1 failed, 0 skipped, 1 pending\n$/);
  assertStringIncludes(failed.stderr, "error CHANGE_FAILED: ");
  assertStringIncludes(failed.stderr, "  Error: boom { x: 1 }\n  at 0003_broken.ts:6:9\n");
  assertStringIncludes(failed.stderr, "What was executed stays: 0001_create_users.ts, 0002_create_orders.ts\n");
  assertStringIncludes(failed.stderr, "0003_broken.ts: its transaction was rolled back, so nothing of it remains\n");
  assertStringIncludes(failed.stderr, "Still pending: 1 change unit\n");
  assertStringIncludes(failed.stderr, "run: denock migrate --database sqlite:./shop.db\n");
  assert(!failed.stderr.includes("src/run"), "a stack trace is for the authors of Denock");

  const again = await folder.denock(["migrate", "--json", ...SHOP]);
  assertEquals(again.code, 1);
  const { outcome, report, error } = documentOf(again);
  assertEquals(outcome, "failed");
  assertEquals([report.executed.length, report.failed.length, report.pending.length], [0, 1, 1]);
  assertEquals(error.code, "CHANGE_FAILED");
  assertEquals(error.causes, [{ name: "Error", message: "boom { x: 1 }", at: "0003_broken.ts:6:9" }]);
  assertEquals(error.remedies.length, 1);
});

Deno.test("denock migrate exits with 1 also when change units let the execution go on after their failure", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_first.ts": sqliteUnit('throw new Error("one");', "", "export const failFast = false;"),
    "migrations/0002_second.ts": sqliteUnit('throw new Error("two");', "", "export const failFast = false;"),
    "migrations/0003_create_users.ts": createTable("users"),
  });
  const finished = await folder.denock(["migrate", "--json", ...SHOP]);
  assertEquals(finished.code, 1);
  const { outcome, report, error } = documentOf(finished);
  assertEquals([outcome, report.executed.length, report.failed.length], ["failed", 1, 2]);
  assertEquals(error.causes.map(({ at }: { readonly at: string }) => at), ["0001_first.ts:3:9", "0002_second.ts:3:9"]);
});

Deno.test("denock migrate names both errors of a change unit that could not be rolled back", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_half.ts": sqliteUnit(
      'throw new Error("first");',
      'throw new Error("second");',
      "export const transactional = false;",
    ),
  });
  const { code, stderr } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Error: first\n  at 0001_half.ts:3:9\n  Error: second\n  at 0001_half.ts:6:9\n");
  assertStringIncludes(stderr, "it could not be rolled back: look at what it has changed");
  assertStringIncludes(stderr, "See in which state it is: denock list");
});

Deno.test("denock migrate fails for a call that a change unit has left behind, and gives the lock back", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "migrations/0003_careless.ts": sqliteUnit(`
      const isCalm = await Deno.stat("calm").then(() => true, () => false);
      if (!isCalm) Promise.reject(new Error("left behind"));`),
  });
  const finished = await folder.denock(["migrate", "--json", ...SHOP]);
  assertEquals(finished.code, 1);
  const { outcome, report, error } = documentOf(finished);
  assertEquals([outcome, error.code], ["failed", "CHANGE_FAILED"]);
  assertStringIncludes(error.message, "left a call behind that failed: left behind");
  assertEquals(error.causes[0].at.split(":")[0], "0003_careless.ts");
  assertEquals(report.executed[0].file, "0001_create_users.ts");
  await folder.write("calm", "");
  await folder.write("migrations/0004_create_carts.ts", createTable("carts"));
  const startedAt = performance.now();
  assertEquals((await folder.denock(["migrate", ...SHOP])).code, 0);
  assert(performance.now() - startedAt < 5_000, "the next execution does not wait for a lease of 30 seconds");
});

Deno.test("denock migrate --profile runs what belongs to the profiles, and counts the rest as skipped", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_create_users.ts": createTable("users"),
    "migrations/0002_create_samples.ts": createTable("samples", 'export const profiles = ["test"];'),
    "migrations/0003_create_demos.ts": createTable("demos", 'export const profiles = ["demo"];'),
  });
  const first = await folder.denock(["migrate", ...SHOP]);
  assertMatch(first.stdout, /\n1 executed, 0 failed, 2 skipped, 0 pending\n$/);
  const second = await folder.denock(["migrate", ...SHOP]);
  assertEquals(second.stdout, "Nothing is pending: 1 change unit has been executed already, 2 are skipped\n");
  const third = await folder.denock(["migrate", ...SHOP, "--profile", "test", "--profile", "demo"]);
  assertMatch(third.stdout, /\n2 executed, 0 failed, 0 skipped, 0 pending\n$/);
});

Deno.test("denock migrate ends although a change unit leaves a timer behind", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_timer.ts": sqliteUnit("setInterval(() => {}, 1_000);"),
  });
  assertEquals((await folder.denock(["migrate", ...SHOP])).code, 0);
});

Deno.test("denock migrate --to and --count go so far and leave the rest pending", async () => {
  await using folder = await WorkFolder.make({ ...TWO, "migrations/0003_create_carts.ts": createTable("carts") });
  const first = await folder.denock(["migrate", "--count", "1", ...SHOP]);
  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stdout, /\n1 executed, 0 failed, 0 skipped, 2 pending\n$/);
  const second = documentOf(await folder.denock(["migrate", "--to", "create_orders", "--json", ...SHOP]));
  assertEquals([second.outcome, second.report.executed.length, second.report.pending.length], ["executed", 1, 1]);
  const third = await folder.denock(["migrate", "--to=create_orders", ...SHOP]);
  const expected =
    "Nothing is pending up to there: 2 change units have been executed already, 1 is pending behind it\n";
  assertEquals([third.code, third.stdout], [0, expected]);
  const unknown = await folder.denock(["migrate", "--to", "nothing", ...SHOP]);
  assertEquals(unknown.code, 3);
  assertStringIncludes(unknown.stderr, 'error TARGET_UNKNOWN: There is no change unit "nothing" to go to');
  assertStringIncludes(unknown.stderr, "denock plan --to nothing --database sqlite:./shop.db\n");
});

Deno.test("denock migrate --count that fails half way says how many are left of it", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "migrations/0003_broken.ts": sqliteUnit('throw new Error("boom");'),
    "migrations/0004_create_carts.ts": createTable("carts"),
  });
  const { code, stderr } = await folder.denock(["migrate", "--count", "4", ...SHOP]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "run: denock migrate --count 2 --database sqlite:./shop.db\n");
});

Deno.test("denock says once of every command that loads them that files have a deprecated form", async () => {
  const changeLog = toFileUrl(join(ROOT, "src/change_unit/change_log.ts"));
  await using folder = await WorkFolder.make({
    "migrations/0001_old.ts": `
      import { ChangeLog, ChangeSet } from ${JSON.stringify(changeLog.href)};
      @ChangeLog()
      export default class Old {
        @ChangeSet({ id: "create_users", order: "1" })
        first({ db }: any) { db.exec("CREATE TABLE users (name TEXT) STRICT"); }
        @ChangeSet({ id: "create_orders", order: "2" })
        second({ db }: any) { db.exec("CREATE TABLE orders (name TEXT) STRICT"); }
      }`,
  });
  for (const args of [["validate"], ["plan", ...SHOP], ["migrate", ...SHOP], ["list", ...SHOP]]) {
    const { code, stderr } = await folder.denock(args);
    assertEquals(code, 0, stderr);
    assertEquals(stderr.match(/^deprecated .*0001_old\.ts/gm)?.length, 1, stderr);
  }
});
