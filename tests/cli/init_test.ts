import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import denock from "../../deno.json" with { type: "json" };
import { documentOf, WorkFolder } from "./denock.ts";

const SQLITE = ["--database", "sqlite:./shop.db"];

async function read(folder: WorkFolder, name: string): Promise<string> {
  return await Deno.readTextFile(`${folder.path}/${name}`);
}

Deno.test("init makes a configuration, the first change unit, and deno.json with a task and the imports", async () => {
  await using folder = await WorkFolder.make();
  const done = await folder.denock(["init", ...SQLITE, "--json"]);
  assertEquals(done.code, 0, done.stderr);
  const { outcome, files } = documentOf(done);
  assertEquals(outcome, "initialised");
  assertEquals(files, [
    { path: "deno.json", outcome: "created" },
    { path: "denock.config.ts", outcome: "created" },
    { path: "migrations/0001_first_change.ts", outcome: "created" },
  ]);
  const { imports, tasks } = JSON.parse(await read(folder, "deno.json"));
  assertEquals(Object.keys(imports), ["@denock/denock"]);
  assertStringIncludes(tasks.denock, "deno run --allow-read=.");
  assertStringIncludes(tasks.denock, "jsr:@denock/denock@^");
  assertStringIncludes(await read(folder, "denock.config.ts"), 'database: "sqlite:./shop.db"');
  assertStringIncludes(await read(folder, "migrations/0001_first_change.ts"), "SqliteContext");
});

Deno.test("init leaves what is there as it is, comments and indentation of deno.jsonc as well, and may be repeated", async () => {
  await using folder = await WorkFolder.make({
    "deno.jsonc":
      '{\n    // ours\n    "tasks": { "dev": "deno run main.ts", "denock": "our own" },\n    "imports": { "a": "./a.ts" } // mapped\n}\n',
    "denock.config.ts": 'export default { database: "sqlite:./ours.db", migrations: "./ours" };\n',
    "ours/0001_ours.ts": "export {};\n",
  });
  const done = await folder.denock(["init", "--json"]);
  assertEquals(done.code, 0, done.stderr);
  assertEquals(documentOf(done).files, [
    { path: "deno.jsonc", outcome: "changed" },
    { path: "denock.config.ts", outcome: "kept" },
  ]);
  const settings = await read(folder, "deno.jsonc");
  for (
    const kept of ["    // ours\n", "// mapped", '"dev": "deno run main.ts"', '"denock": "our own"', '"a": "./a.ts"']
  ) {
    assertStringIncludes(settings, kept);
  }
  assertStringIncludes(settings, '        "@denock/denock": "jsr:@denock/denock@^');
  assertStringIncludes(await read(folder, "denock.config.ts"), "ours.db");
  assert(!await folder.has("ours/0001_first_change.ts"));
  const again = documentOf(await folder.denock(["init", "--json"]));
  assertEquals(again.files[0], { path: "deno.jsonc", outcome: "kept" });
  assertEquals(await read(folder, "deno.jsonc"), settings);
});

Deno.test("init writes no URL with a password or options into a file, and says where it belongs", async () => {
  await using folder = await WorkFolder.make();
  const done = await folder.denock(["init", "--database", "mongodb://ann:se-cret@localhost/shop?replicaSet=rs0"]);
  assertEquals(done.code, 0, done.stderr);
  assertStringIncludes(done.stdout, "Put DENOCK_DATABASE=… with the URL into .env");
  for (const name of ["deno.json", "denock.config.ts", "migrations/0001_first_change.ts"]) {
    const text = await read(folder, name);
    assert(!text.includes("se-cret") && !text.includes("rs0"), text);
  }
  const { imports, tasks } = JSON.parse(await read(folder, "deno.json"));
  assertStringIncludes(imports.mongodb, "npm:mongodb@");
  assertStringIncludes(tasks.denock, "--allow-net --env-file=.env");
});

const versions: Readonly<Record<string, string>> = denock.imports;

const KINDS: readonly [url: string, imported: readonly string[], flags: string, context: string, kept?: "out"][] = [
  ["postgres://localhost:5432/shop", ["postgres"], "--allow-net", "PostgresContext"],
  ["postgres://localhost:5432/shop?schema=migrations", ["postgres"], "--allow-net", "PostgresContext", "out"],
  ["mysql://ann:se-cret@localhost:3306/shop", ["mysql2"], "--allow-net", "MysqlContext", "out"],
  ["mariadb://localhost/shop", ["mysql2"], "--allow-net", "MysqlContext"],
  ["mongodb://localhost/shop", ["mongodb"], "--allow-net", "MongoContext"],
  ["sqlite:./shop.db", [], "", "SqliteContext"],
  ["sqlite::memory:", [], "", "SqliteContext"],
  ["kv:./shop.kv", [], "--unstable-kv", "KvContext"],
  ["kv:https://kv.example.org/shop", [], "--unstable-kv --allow-net", "KvContext"],
];

for (const [url, imported, flags, context, kept] of KINDS) {
  Deno.test(`init makes a project for ${url}`, async () => {
    await using folder = await WorkFolder.make();
    const done = await folder.denock(["init", "--database", url]);
    assertEquals(done.code, 0, done.stderr);
    const { imports, tasks } = JSON.parse(await read(folder, "deno.json"));
    assertEquals(Object.keys(imports), ["@denock/denock", ...imported]);
    for (const name of imported) assertEquals(imports[name], versions[name], "the version that is tested here");
    const told = [flags, ...(kept === undefined ? [] : ["--env-file=.env"])].filter((flag) => flag !== "").join(" ");
    assertMatch(tasks.denock, new RegExp(`osRelease,uid ${told && `${told} `}jsr:@denock/denock@\\^[^ ]+/cli$`));
    const configuration = await read(folder, "denock.config.ts");
    assertEquals(configuration.includes(`database: "${url}"`), kept === undefined, configuration);
    assertEquals(configuration.includes("DENOCK_DATABASE"), kept === "out", configuration);
    assertStringIncludes(await read(folder, "migrations/0001_first_change.ts"), context);
  });
}

const REFUSED: readonly [what: string, files: Record<string, string>, args: readonly string[], said: string][] = [
  ["without a database", {}, [], "No database is given"],
  [
    "with a deno.json that is no JSON",
    { "deno.json": '{\n  "tasks": {,\n}\n' },
    SQLITE,
    "deno.json is not valid JSON: line 2",
  ],
  ["with a deno.json that is a list", { "deno.json": "[]" }, SQLITE, "deno.json is no object"],
  [
    "with tasks that are no object",
    { "deno.json": '{ "tasks": 1 }' },
    SQLITE,
    'deno.json has "tasks" that is no object',
  ],
];

for (const [what, files, args, said] of REFUSED) {
  Deno.test(`init refuses ${what}, before it writes anything`, async () => {
    await using folder = await WorkFolder.make(files);
    const done = await folder.denock(["init", ...args]);
    assertEquals(done.code, 2);
    assertStringIncludes(done.stderr, said);
    const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
    assertEquals(names, Object.keys(files));
  });
}
