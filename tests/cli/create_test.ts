import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import denock from "../../deno.json" with { type: "json" };
import { TEMPLATE_DATABASES } from "../../src/cli/templates.ts";
import { createTable, documentOf, ROOT, SHOP, WorkFolder } from "./denock.ts";

async function filesIn(folder: WorkFolder, path = "migrations"): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder.path, path)));
  return entries.map(({ name }) => name).toSorted();
}

async function read(folder: WorkFolder, name: string): Promise<string> {
  return await Deno.readTextFile(join(folder.path, name));
}

Deno.test("denock create makes the folder and the file, and says what to do next", async () => {
  await using folder = await WorkFolder.make();
  const first = await folder.denock(["create", "Create Users"]);
  assertEquals(first.code, 0, first.stderr);
  assertStringIncludes(first.stdout, "Created: migrations/0001_create_users.ts\n");
  assertStringIncludes(first.stdout, "  - See what would be executed: denock plan\n");
  const second = documentOf(await folder.denock(["create", "addIndex", "--json", "--author", "ann"]));
  assertEquals([second.command, second.outcome], ["create", "created"]);
  assertEquals(second.created, {
    path: join("migrations", "0002_add_index.ts"),
    file: "0002_add_index.ts",
    order: "0002",
    id: "add_index",
    style: "sequence",
    template: "any",
  });
  assertStringIncludes(await read(folder, "migrations/0002_add_index.ts"), 'export const author = "ann";');
});

Deno.test("denock create goes on as the folder has begun, and a plan sees the new file last", async () => {
  await using folder = await WorkFolder.make({ "changes/009_create_users.ts": createTable("users") });
  const there = ["--migrations", "changes"];
  for (const words of [["one"], ["two", "--timestamp"], ["three"], ["four"]]) {
    const { code, stderr } = await folder.denock(["create", ...words, ...there]);
    assertEquals(code, 0, stderr);
  }
  const plan = documentOf(await folder.denock(["plan", "--json", ...there, ...SHOP])).plan;
  assertEquals(plan.problems, []);
  assertEquals(plan.changes.map(({ id }: { id: string }) => id), ["create_users", "one", "two", "three", "four"]);
  const files = await filesIn(folder, "changes");
  assert(files.includes("010_one.ts"), files.join());
  for (const id of ["two", "three", "four"]) {
    assert(files.some((name) => /^20\d{12}_/.test(name) && name.endsWith(`_${id}.ts`)), files.join());
  }
});

Deno.test("denock create writes nothing when the file would not be the last one, and names the one that would", async () => {
  await using folder = await WorkFolder.make({ "migrations/20991231235959_far.ts": createTable("far") });
  for (const words of [["--sequence"], ["--timestamp"], []]) {
    const { code, stdout, stderr } = await folder.denock(["create", "near", ...words]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, "would not be the last one, because 20991231235959_far.ts comes later");
  }
  assertEquals(await filesIn(folder), ["20991231235959_far.ts"]);
});

Deno.test("denock create takes the template of --for, else of the database URL, else one for any", async () => {
  await using folder = await WorkFolder.make();
  const contextOf = async (words: readonly string[], env: Record<string, string> = {}) => {
    const { created } = documentOf(await folder.denock(["create", `n${Math.random()}`, "--json", ...words], { env }));
    return /context: (\w+)/.exec(await read(folder, created.path))?.[1];
  };
  assertEquals(await contextOf([]), "ChangeContext");
  assertEquals(await contextOf(["--database", "mongodb://localhost/shop"]), "MongoContext");
  assertEquals(await contextOf([], { DENOCK_DATABASE: "sqlite:./shop.db" }), "SqliteContext");
  assertEquals(await contextOf(["--for", "memory", ...SHOP]), "MemoryContext");
  await folder.write("denock.config.ts", 'export default { database: "mongodb://localhost/shop" };');
  assertEquals(await contextOf([]), "MongoContext");
  assertEquals(await contextOf(["--for", "sqlite"]), "SqliteContext");
  assertEquals(await folder.has("shop.db"), false);
});

Deno.test("denock create --template fills in a file, and says what it has not understood", async () => {
  await using folder = await WorkFolder.make({
    "own.txt": "// {{order}} {{id}} {{author}} {{date}} {{autor}}\n",
    "denock.config.ts": 'export default { defaultAuthor: "the team" };',
  });
  const first = await folder.denock(["create", "one", "--template", "own.txt", "--author", "ann"]);
  assertEquals(first.code, 0, first.stderr);
  assertStringIncludes(first.stderr, "own.txt has {{autor}}, which stays as it is");
  assertMatch(await read(folder, "migrations/0001_one.ts"), /^\/\/ 0001 one ann \d{4}-\d\d-\d\d \{\{autor\}\}\n$/);
  await folder.denock(["create", "two", "--template", "own.txt"]);
  assertMatch(await read(folder, "migrations/0002_two.ts"), /^\/\/ 0002 two the team /);
});

Deno.test("denock create --sql makes a SQL file, which a plan takes once both parts have a statement", async () => {
  await using folder = await WorkFolder.make();
  const author = 'ann "the admin"';
  const { code, stdout } = await folder.denock(["create", "add_users.sql", "--sql", "--author", author]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Created: migrations/0001_add_users.sql\n");
  const text = await read(folder, "migrations/0001_add_users.sql");
  const empty = await folder.denock(["plan", ...SHOP]);
  assertEquals(empty.code, 3);
  assertStringIncludes(empty.stderr + empty.stdout, "It has no statement to execute");
  assertStringIncludes(empty.stderr + empty.stdout, "Its rollback has no statement");
  const filled = text.replaceAll(/^-- For example: (.*)$/gm, "$1");
  await folder.write("migrations/0001_add_users.sql", filled);
  const { plan } = documentOf(await folder.denock(["plan", "--json", ...SHOP]));
  assertEquals(plan.problems, []);
  assertEquals(plan.changes[0].author, author);
});

Deno.test("denock create warns of files whose names almost match, and goes on", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_create_users.ts": createTable("users"),
    "migrations/0005-create-orders.ts": createTable("orders"),
  });
  const { code, stdout, stderr } = await folder.denock(["create", "add_index"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "0002_add_index.ts");
  assertStringIncludes(stderr, 'FILE_NAME_INVALID: The file "0005-create-orders.ts" is a script but not a change unit');
  assertStringIncludes(stderr, "note the new file sorts behind the other files only");
});

Deno.test("denock create overwrites nothing, whatever is there by that name", async () => {
  await using folder = await WorkFolder.make({ "migrations/0001_create_users.ts/README.md": "" });
  const { code, stdout, stderr } = await folder.denock(["create", "create_users"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /There is something at "migrations.0001_create_users\.ts" already, and it is not overwritten/);
});

Deno.test("denock create makes a second file of the same id only for another author", async () => {
  await using folder = await WorkFolder.make({ "migrations/0001_create_users.ts": createTable("users") });
  const refused = await folder.denock(["create", "create users"]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, 'The id "create_users" is taken: 0001_create_users.ts has it');
  assertEquals((await folder.denock(["create", "create users", "--author", "ben"])).code, 0);
  assertEquals((await folder.denock(["plan", ...SHOP])).code, 0);
});

Deno.test("denock create exits with 2 for a command line that is wrong, and makes nothing", async () => {
  await using folder = await WorkFolder.make({ "own.txt": "" });
  const cases: [words: string[], expected: string][] = [
    [[], "The command create needs a NAME"],
    [["add", "index"], "The command create takes one NAME, in quotes if it has blanks"],
    [["!!"], 'Nothing is left of the name "!!"'],
    [["a", "--sequence", "--timestamp"], "An order is a number or a time"],
    [["a", "--template", "gone.txt"], 'There is no template "gone.txt"'],
    [["a", "--template", "own.txt", "--for", "sqlite"], "There can be one template only"],
    [["a", "--sql", "--for", "sqlite"], "A file in SQL looks the same for every database"],
    [["a", "--for", "oracle"], `The option --for needs one of ${TEMPLATE_DATABASES.join(", ")}`],
    [["a", "--author", "a\nb"], "The author has a control character"],
  ];
  for (const [words, expected] of cases) {
    const { code, stdout, stderr } = await folder.denock(["create", ...words]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, expected);
  }
  const noFolder = await folder.denock(["create", "a", "--migrations", "own.txt"]);
  assertEquals(noFolder.code, 3);
  assertStringIncludes(noFolder.stderr, 'Cannot read the migrations folder "own.txt"');
  assertEquals(await filesIn(folder, "."), ["own.txt"]);
});

Deno.test("denock create and denock manifest import no driver and no client, also when a database is named", async () => {
  await using folder = await WorkFolder.make({
    "traced.ts": 'console.error("IMPORTED"); export const openDatabase = 1, MongoClient = 1, MongoDriver = 1;',
  });
  const driver = (name: string) => toFileUrl(join(ROOT, `src/drivers/${name}/mod.ts`)).href;
  const traced = [
    "mongodb",
    "mysql2/promise",
    "node:sqlite",
    "postgres",
    driver("kv"),
    driver("mongodb"),
    driver("mysql"),
    driver("postgres"),
    driver("sqlite"),
  ];
  const imports = { ...denock.imports, ...Object.fromEntries(traced.map((name) => [name, "./traced.ts"])) };
  await folder.write("import_map.json", JSON.stringify({ imports }));
  const deno = ["-A", `--import-map=${join(folder.path, "import_map.json")}`];
  for (
    const words of [["create", "one", ...SHOP], ["create", "two", "--database", "mongodb://localhost/shop"], [
      "manifest",
    ]]
  ) {
    const { code, stderr } = await folder.denock(words, { deno });
    assertEquals([code, stderr.includes("IMPORTED")], [0, false], stderr);
  }
  assertStringIncludes((await folder.denock(["plan", ...SHOP], { deno })).stderr, "IMPORTED");
});

Deno.test("denock create needs no more than its folder, and says what it is not allowed", async () => {
  await using folder = await WorkFolder.make();
  const refused = await folder.denock(["create", "one"], { deno: ["--allow-read=migrations,denock.config.ts"] });
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "--allow-write");
  const deno = ["--allow-read=migrations,denock.config.ts", "--allow-write=migrations"];
  const { code, stderr } = await folder.denock(["create", "one"], { deno });
  assertEquals(code, 0, stderr);
});
