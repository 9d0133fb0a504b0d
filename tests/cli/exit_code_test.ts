import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EXIT_CODES } from "../../src/cli/exit_code.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { createTable, documentOf, SHOP, WorkFolder } from "./denock.ts";

const ONE = { "migrations/0001_create_users.ts": createTable("users") };

Deno.test("EXIT_CODES has every code once, each with an outcome and a reason of its own", () => {
  assertEquals(EXIT_CODES.map(({ code }) => code), [0, 1, 2, 3, 4, 5, 130]);
  assertEquals(new Set(EXIT_CODES.map(({ outcome }) => outcome)).size, EXIT_CODES.length);
  assertEquals(new Set(EXIT_CODES.map(({ reason }) => reason)).size, EXIT_CODES.length);
});

Deno.test("denock exits with 2 for bad usage, and suggests what was meant", async () => {
  await using folder = await WorkFolder.make(ONE);
  const cases: [args: string[], expected: string][] = [
    [[], "No command is given"],
    [["migrat"], "There is no command migrat: did you mean migrate"],
    [["deploy"], "There is no command deploy: there are migrate, undo, plan, list, "],
    [["plan", "--databse=sqlite:./shop.db"], "There is no option --databse: did you mean --database"],
    [["plan", "--wrong"], "There is no option --wrong: there are --undo, --to, --count, --all, --database, "],
    [["migrate", "--all"], "The option --all belongs to undo, plan: migrate has none of that name"],
    [["--force", "lock", "release"], "The option --force belongs to lock release"],
    [["lock", "status", "--force"], "The option --force belongs to lock release"],
    [["migrate", "--to"], "The option --to needs a value"],
    [["migrate", "--to", "a", "--to", "b"], "The option --to needs one value, not two"],
    [["migrate", "--count", "0"], "The option --count needs a whole number from 1"],
    [["migrate", "--count", "-1"], "The option --count needs a whole number from 1"],
    [["migrate", "--count=1.5"], "The option --count needs a whole number from 1"],
    [["plan", "--database"], "The option --database needs a value"],
    [["plan", "--database", "--config"], "The option --database needs a value"],
    [["plan", "sqlite:./shop.db"], "The command plan takes options only"],
    [["plan"], "No database is given"],
    [["plan", "--database", "./shop.db"], "The database URL must begin with kv:, mongodb:, "],
    [["plan", "--database", "mongo://localhost/shop"], "There is no driver for mongo:: did you mean mongodb:"],
    [["plan", "--database", "mongodb://localhost"], "The MongoDB URL names no database"],
    [["plan", "--database", "sqlite:./shop.db?mode=ro"], "for SQLite there are none"],
    [["plan", ...SHOP, "--config", "none.ts"], "The configuration none.ts cannot be loaded: Module not found"],
  ];
  await Promise.all(cases.map(async ([args, expected]) => {
    const { code, stdout, stderr } = await folder.denock(args);
    assertEquals([code, stdout], [2, ""], `${args.join(" ")}\n${stderr}`);
    assertStringIncludes(stderr, `error CONFIGURATION_INVALID: `);
    assertStringIncludes(stderr, expected);
    assertMatch(stderr, /\n {2}- /, "it says what to do");
  }));
  const document = documentOf(await folder.denock(["migrat", "--json"]));
  assertEquals([document.command, document.outcome], [null, "bad usage"]);
  assertEquals([document.error.code, document.error.remedies], ["CONFIGURATION_INVALID", ["See: denock --help"]]);
});

Deno.test("denock exits with 3 for a folder that is not there and for a history that was edited", async () => {
  await using folder = await WorkFolder.make(ONE);
  const missing = await folder.denock(["migrate", ...SHOP, "--migrations", "nowhere"]);
  assertEquals(missing.code, 3);
  assertStringIncludes(missing.stderr, 'error SOURCE_UNREADABLE: Cannot read the migrations folder "nowhere"');
  assertStringIncludes(missing.stderr, "\n  Nothing was executed\n");

  await folder.denock(["migrate", ...SHOP]);
  {
    using database = openDatabase(join(folder.path, "shop.db"));
    database.exec("UPDATE denock_history SET author = 'ann' WHERE seq = 2");
  }
  const broken = await folder.denock(["migrate", "--json", ...SHOP]);
  assertEquals(broken.code, 3);
  assertEquals(documentOf(broken).error.code, "HISTORY_BROKEN");
});

Deno.test("denock migrate exits with 4 when another execution holds the lock, and says which", async () => {
  await using folder = await WorkFolder.make({
    ...ONE,
    "denock.config.ts": "export default { lock: { waitMs: 60, pollMs: 20 } };",
  });
  using database = openDatabase(join(folder.path, "shop.db"));
  await using driver = new SqliteDriver({ database });
  await driver.prepare();
  const { held } = await driver.acquireLease({ owner: "somebody-else", hostname: "db-job-7", leaseMs: 60_000 });
  assert(held);
  const people = await folder.denock(["migrate", ...SHOP]);
  assertEquals(people.code, 4, people.stderr);
  const waiting = /^waiting for the lock: execution somebody-else on db-job-7 holds it, its lease lasts for /gm;
  assertEquals(people.stderr.match(waiting)?.length, 1, "once, not for every try");
  assertStringIncludes(people.stderr, "error LOCK_NOT_OBTAINED: Execution somebody-else on db-job-7 holds the lock");
  assertStringIncludes(people.stderr, "\n  Nothing was executed\n  Still pending: 1 change unit\n");
  const { outcome, report, error } = documentOf(await folder.denock(["migrate", "--json", ...SHOP]));
  assertEquals([outcome, report.pending.length, error.code], ["lock not held", 1, "LOCK_NOT_OBTAINED"]);
});

Deno.test("denock migrate says that it took the lock over from an execution that did not give it back", async () => {
  await using folder = await WorkFolder.make(ONE);
  using database = openDatabase(join(folder.path, "shop.db"));
  await using driver = new SqliteDriver({ database });
  await driver.prepare();
  await driver.acquireLease({ owner: "somebody-else", hostname: "db-job-7", leaseMs: 1 });
  const { code, stderr } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "took over the lock: the execution that held it did not give it back\n");
});

Deno.test("denock exits with 5 for a database that cannot be opened or is none", async () => {
  await using folder = await WorkFolder.make({ ...ONE, "text.db": "This is no database at all. ".repeat(100) });
  const noFolder = await folder.denock(["migrate", "--database", "sqlite:./no/such/folder.db"]);
  assertEquals(noFolder.code, 5);
  assertStringIncludes(noFolder.stderr, "error DATABASE_UNREACHABLE: Cannot open sqlite:./no/such/folder.db: ");
  const nothingToRead = await folder.denock(["plan", "--database", "sqlite:./no/such/folder.db"]);
  assertEquals(nothingToRead.code, 5);
  assertStringIncludes(nothingToRead.stderr, "there is no folder");
  const noDatabase = await folder.denock(["list", "--json", "--database", "sqlite:./text.db"]);
  assertEquals(noDatabase.code, 5);
  assertEquals(documentOf(noDatabase).outcome, "database error");
});
