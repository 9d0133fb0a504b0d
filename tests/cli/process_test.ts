import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import denock from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/commands.ts";
import { writtenAs } from "../../src/cli/option.ts";
import { createTable, documentOf, ROOT, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";

const ONE = { "migrations/0001_create_users.ts": createTable("users") };

Deno.test("denock --version shows the version of deno.json, and denock --help every command and exit code", async () => {
  await using folder = await WorkFolder.make();
  assertEquals(await folder.denock(["--version"]), { code: 0, stdout: `${denock.version}\n`, stderr: "" });
  const { code, stdout, stderr } = await folder.denock(["--help"]);
  assertEquals([code, stderr], [0, ""]);
  const words = COMMANDS.map(({ name }) => `\n  ${name.split(" ")[0]} `);
  for (const expected of [...words, "--database <URL>", "130  "]) assertStringIncludes(stdout, expected);
  assertEquals(documentOf(await folder.denock(["--json", "--version"])).text, denock.version);
});

Deno.test("denock COMMAND --help shows what a command does, its options, those that every command has, and examples", async () => {
  await using folder = await WorkFolder.make();
  await Promise.all(COMMANDS.map(async ({ name, description, options, examples }) => {
    const { code, stdout, stderr } = await folder.denock([...name.split(" "), "--help"]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, new RegExp(`^Usage: denock ${name} `));
    // The help breaks long lines.
    const text = stdout.replace(/\s+/g, " ");
    const own = Object.keys(options).filter((option) => !("isOperand" in options[option]!)).map(writtenAs);
    const common = ["--database", "--migrations", "--config", "--profile", "--json"];
    for (const option of [...own, ...common]) assertStringIncludes(text, ` ${option} `);
    for (const expected of [description, ...examples]) assertStringIncludes(text, expected);
    assert(examples.length > 0 && examples.every((example) => example.startsWith(`denock ${name}`)), name);
  }));
});

Deno.test("denock takes the options that every command has in front of the command and behind it", async () => {
  await using folder = await WorkFolder.make(ONE);
  for (const args of [[...SHOP, "--json", "lock", "status"], ["lock", ...SHOP, "status", "--json"]]) {
    assertEquals(documentOf(await folder.denock(args)).command, "lock status");
  }
  const undo = await folder.denock(["--json", "undo", "--count", "1", ...SHOP, "--yes"]);
  assertEquals(documentOf(undo).outcome, "nothing to undo");
});

Deno.test("denock imports no driver before one is needed, and then only that one", async () => {
  await using folder = await WorkFolder.make({
    ...ONE,
    "sqlite.ts": 'console.error("IMPORTED sqlite"); export const openDatabase = () => { throw new Error("traced"); };',
    "mongodb.ts": 'console.error("IMPORTED mongodb"); export class MongoClient {} export class MongoDriver {}',
  });
  const driver = (name: string) => toFileUrl(join(ROOT, `src/drivers/${name}/mod.ts`)).href;
  const imports = {
    ...denock.imports,
    mongodb: "./mongodb.ts",
    [driver("mongodb")]: "./mongodb.ts",
    "node:sqlite": "./sqlite.ts",
    [driver("sqlite")]: "./sqlite.ts",
  };
  await folder.write("import_map.json", JSON.stringify({ imports }));
  // An import map of its own takes the place of the one in deno.json.
  const run = async (...args: string[]) => {
    const deno = ["-A", `--import-map=${join(folder.path, "import_map.json")}`];
    const { stderr } = await folder.denock(args, { deno });
    return stderr.match(/IMPORTED \w+/g)?.toSorted() ?? [];
  };
  assertEquals(await run("--help"), []);
  assertEquals(await run("--version"), []);
  assertEquals(await run("migrate", "--wrong"), []);
  assertEquals(await run("migrate"), []);
  assertEquals(await run("validate"), []);
  assertEquals(await run("list", "--view", "code"), []);
  assertEquals(await run("undo", "--all", ...SHOP), []);
  assertEquals(await run("migrate", "--database", "postgres://localhost/shop"), []);
  assertEquals(await run("migrate", ...SHOP), ["IMPORTED sqlite"]);
  assertEquals(await run("migrate", "--database", "mongodb://localhost/shop"), ["IMPORTED mongodb"]);
});

Deno.test("denock writes no control characters into a pipe, whatever a change unit says", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_loud.ts": sqliteUnit('log("\\x1b[31mred\\x07"); console.log("\\x1b]0;title\\x07", { a: 1 });'),
    "migrations/0002_broken.ts": sqliteUnit('throw new Error("\\x1b[2J\\x1b[31mgone");'),
  });
  for (const command of ["plan", "migrate", "list"]) {
    const { stdout, stderr } = await folder.denock([command, ...SHOP], { env: { FORCE_COLOR: "1" } });
    const found = /[^\n\x20-\x7e]/.exec(stdout + stderr);
    assertEquals(found, null, stdout + stderr);
  }
});

Deno.test("denock asks for no more than it needs", async () => {
  await using folder = await WorkFolder.make(ONE);
  const read = "--allow-read=migrations,shop.db,denock.config.ts";
  const withRights = (...deno: string[]) => ({ deno, env: { DENOCK_DATABASE: "sqlite:./environment.db" } });

  const help = await folder.denock(["--help"], withRights());
  assertEquals([help.code, help.stderr], [0, ""]);
  const nothing = await folder.denock(["migrate"], withRights());
  assertEquals(nothing.code, 2, "a variable that may not be read is not set");
  assertStringIncludes(nothing.stderr, "--allow-env=DENOCK_DATABASE");

  const refused = await folder.denock(["migrate", ...SHOP], withRights(read));
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "--allow-write");
  const migrate = await folder.denock(["migrate", ...SHOP], withRights(read, "--allow-write=shop.db"));
  assertEquals(migrate.code, 0, migrate.stderr);
  assert(!migrate.stderr.includes("not looking"), migrate.stderr);
  const list = await folder.denock(["list", ...SHOP], withRights("--allow-read=migrations,shop.db"));
  assertEquals(list.code, 0, list.stderr);
  assertMatch(list.stderr, /^not looking for denock\.config\.ts: that takes --allow-read=denock\.config\.ts\n/);
});

Deno.test("denock does its work although nobody reads what it says", async () => {
  await using folder = await WorkFolder.make(ONE);
  const child = folder.start(["migrate", ...SHOP]);
  await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
  assertEquals((await child.status).code, 0);
  assertEquals(documentOf(await folder.denock(["list", "--json", ...SHOP])).changes[0].state, "EXECUTED");
});
