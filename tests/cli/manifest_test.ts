import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { createTable, documentOf, ROOT, SHOP, WorkFolder } from "./denock.ts";

const TWO = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

const MANIFEST = "migrations/manifest.ts";

async function read(folder: WorkFolder, name = MANIFEST): Promise<string> {
  return await Deno.readTextFile(join(folder.path, name));
}

/** What is in the folder beside the change units. */
async function besides(folder: WorkFolder): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder.path, "migrations")));
  return entries.map(({ name }) => name).filter((name) => !/^\d/.test(name)).toSorted();
}

Deno.test("denock manifest writes a module that --check finds current and the next run leaves alone", async () => {
  await using folder = await WorkFolder.make(TWO);
  const first = await folder.denock(["manifest"]);
  assertEquals(first.code, 0, first.stderr);
  assertEquals(first.stdout, `Written: ${join("migrations", "manifest.ts")} with 2 change units\n`);
  assertEquals(await besides(folder), ["manifest.ts"]);
  assertEquals((await folder.denock(["manifest", "--check"])).code, 0);
  const { mtime } = await Deno.stat(join(folder.path, MANIFEST));
  const second = documentOf(await folder.denock(["manifest", "--json"]));
  assertEquals([second.command, second.outcome], ["manifest", "current"]);
  assertEquals(second.manifest, {
    path: join("migrations", "manifest.ts"),
    changes: 2,
    found: "current",
    differences: [],
    written: false,
  });
  assertEquals((await Deno.stat(join(folder.path, MANIFEST))).mtime, mtime);
});

Deno.test("denock manifest --check exits with 3 for a stale manifest, names what differs and writes nothing", async () => {
  await using folder = await WorkFolder.make({ ...TWO, "migrations/0003_create_carts.ts": createTable("carts") });
  await folder.denock(["manifest"]);
  const before = await read(folder);
  await folder.write("migrations/0001_create_users.ts", createTable("people"));
  await Deno.remove(join(folder.path, "migrations/0002_create_orders.ts"));
  await folder.write("migrations/0004_create_prices.ts", createTable("prices"));

  const check = await folder.denock(["manifest", "--check"]);
  assertEquals([check.code, check.stdout], [3, ""]);
  assertStringIncludes(
    check.stderr.replaceAll("\\", "/"),
    `migrations/manifest.ts is stale:
  0001_create_users.ts was edited since
  0004_create_prices.ts is not in it
  0002_create_orders.ts is in it, and no longer in the folder
  - Make it again: the same command without --check
`,
  );
  const { outcome, manifest, error } = documentOf(await folder.denock(["manifest", "--check", "--json"]));
  assertEquals([outcome, error.code, manifest.found, manifest.written], [
    "refused",
    "PLAN_HAS_PROBLEMS",
    "stale",
    false,
  ]);
  assertEquals(manifest.differences, [
    { file: "0001_create_users.ts", what: "edited" },
    { file: "0004_create_prices.ts", what: "added" },
    { file: "0002_create_orders.ts", what: "removed" },
  ]);
  assertEquals(await read(folder), before);

  const again = documentOf(await folder.denock(["manifest", "--json"]));
  assertEquals([again.outcome, again.manifest.found, again.manifest.written], ["written", "stale", true]);
  assertEquals((await folder.denock(["manifest", "--check"])).code, 0);
});

Deno.test("denock manifest --check exits with 3 for a manifest that is missing or was rewritten by hand", async () => {
  await using folder = await WorkFolder.make(TWO);
  const missing = await folder.denock(["manifest", "--check"]);
  assertEquals(missing.code, 3);
  assertStringIncludes(missing.stderr, "manifest.ts is missing\n");
  assertEquals(await besides(folder), []);
  await folder.denock(["manifest"]);
  await folder.write(MANIFEST, (await read(folder)).replace('import("./0002', 'import("./0001'));
  const rewritten = await folder.denock(["manifest", "--check"]);
  assertEquals(rewritten.code, 3);
  assertStringIncludes(rewritten.stderr, "its text is not what `denock manifest` writes");
});

const faults: [what: string, file: string, code: string][] = [
  ["a name that almost matches", "0003-create-carts.ts", "FILE_NAME_INVALID"],
  ["an order twice", "002_create_carts.ts", "DUPLICATE_ORDER"],
];

for (const [what, file, code] of faults) {
  Deno.test(`denock manifest exits with 3 for a folder with ${what}, and writes nothing`, async () => {
    await using folder = await WorkFolder.make({ ...TWO, [`migrations/${file}`]: createTable("carts") });
    for (const words of [["manifest"], ["manifest", "--check"]]) {
      const finished = await folder.denock(words);
      assertEquals([finished.code, finished.stdout], [3, ""]);
      assertStringIncludes(finished.stderr, "Nothing was written because the folder ./migrations has a problem");
      assertStringIncludes(finished.stderr, `error ${code}: `);
      assertStringIncludes(finished.stderr, file);
    }
    const { error } = documentOf(await folder.denock(["manifest", "--json"]));
    assertEquals(error.problems.map((problem: { readonly code: string }) => problem.code), [code]);
    assertEquals((await besides(folder)).filter((name) => name.startsWith("manifest")), []);
  });
}

Deno.test("denock manifest exits with 3 for a folder that is not there", async () => {
  await using folder = await WorkFolder.make();
  const { code, stderr } = await folder.denock(["manifest", "--migrations", "gone"]);
  assertEquals(code, 3);
  assertStringIncludes(stderr, 'Cannot read the migrations folder "gone"');
});

Deno.test("denock manifest does not overwrite a module that somebody else has written", async () => {
  const text = "export default { name: 'shop' };\n";
  await using folder = await WorkFolder.make({ ...TWO, [MANIFEST]: text });
  const { code, stderr } = await folder.denock(["manifest"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "was not written by denock manifest, and is not overwritten");
  assertEquals(await read(folder), text);
  assertEquals((await folder.denock(["manifest", "--check"])).code, 3);
});

Deno.test("denock manifest leaves nothing behind when it cannot write, and the old manifest as it was", async () => {
  await using folder = await WorkFolder.make({ ...TWO, [`${MANIFEST}/in_the_way.txt`]: "" });
  const blocked = await folder.denock(["manifest"]);
  assertEquals(blocked.code, 2);
  await Deno.remove(join(folder.path, MANIFEST), { recursive: true });
  await folder.denock(["manifest"]);
  await folder.write("migrations/0003_create_carts.ts", createTable("carts"));
  const before = await read(folder);
  const refused = await folder.denock(["manifest"], { deno: ["--allow-read=.", "--deny-write"] });
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, 'Cannot write "');
  assertEquals([await read(folder), await besides(folder)], [before, ["manifest.ts"]]);
});

Deno.test("denock manifest writes the module that the program migrates from, and denock create says to make it again", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["manifest"]);
  const url = (path: string) => JSON.stringify(new URL(path, `file://${ROOT}`).href);
  await folder.write(
    "program.ts",
    `import manifest from "./migrations/manifest.ts";
    import { Runner } from ${url("mod.ts")};
    import { openDatabase, SqliteDriver } from ${url("src/drivers/sqlite/mod.ts")};
    import { ManifestSource } from ${url("src/source/manifest_source.ts")};
    using database = openDatabase("./shop.db");
    await using driver = new SqliteDriver({ database });
    await new Runner({ driver, migrations: new ManifestSource(manifest) }).migrate();`,
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--config=${ROOT}/deno.json`,
      "--allow-read=shop.db",
      "--allow-write=shop.db",
      "program.ts",
    ],
    cwd: folder.path,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const plan = documentOf(await folder.denock(["plan", "--json", ...SHOP])).plan;
  assertEquals([plan.steps, plan.problems], [[], []], "the folder and its manifest have the same checksums");

  const { stdout } = await folder.denock(["create", "carts", "--for", "sqlite"]);
  assertStringIncludes(stdout.replaceAll("\\", "/"), "Then make migrations/manifest.ts again: denock manifest");
  assertStringIncludes((await folder.denock(["manifest", "--check"])).stderr, "0003_carts.ts is not in it");
});
