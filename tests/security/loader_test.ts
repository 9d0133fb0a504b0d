import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FolderSource, ManifestSource, MemoryDriver, PlanError, Runner, SourceError } from "../../mod.ts";
import { MigrationsFolder, notes, noting, setting } from "../fixtures/migrations_folder.ts";

const CHECKSUM = `sha256:${"0".repeat(64)}`;
const BAIT = noting("bait") + setting("bait", "taken");

/** What a folder with these links and files has to say: what it lists, and the codes of its problems. */
async function look(folder: MigrationsFolder): Promise<{ listed: string[]; problems: string[] }> {
  const { changes, problems } = await new FolderSource(folder.path).list();
  return { listed: changes.map(({ file }) => file ?? ""), problems: problems.map(({ code }) => code) };
}

/** Runs everything that can be run of a folder. */
async function migrate(folder: MigrationsFolder): Promise<void> {
  await new Runner({ driver: new MemoryDriver(), migrations: folder.path }).migrate().catch(() => {});
  assertEquals(notes().filter((note) => note === "bait"), []);
}

const links: readonly (readonly [what: string, files: Record<string, string>, links: Record<string, string>])[] = [
  ["a file beside the folder", { "../bait.ts": BAIT }, { "0001_bait.ts": "../bait.ts" }],
  ["a folder whose name begins like this one", { "../migrations_2/0001_bait.ts": BAIT }, {
    "0001_bait.ts": "../migrations_2/0001_bait.ts",
  }],
  ["a file behind a link to a folder", { "../other/0001_bait.ts": BAIT }, {
    "sub": "../other",
    "0001_bait.ts": "sub/0001_bait.ts",
  }],
  ["a file by three links", { "../bait.ts": BAIT }, {
    "_one.ts": "../bait.ts",
    "_two.ts": "_one.ts",
    "0001_bait.ts": "_two.ts",
  }],
  ["the folder and back out of it", { "../bait.ts": BAIT }, { "0001_bait.ts": "../migrations/../bait.ts" }],
  ["SQL beside the folder", { "../bait.sql": "SELECT 1" }, { "0001_bait.sql": "../bait.sql" }],
  ["SQL beside the folder that undoes", { "../bait.sql": "SELECT 1", "0001_bait.sql": "SELECT 1" }, {
    "0001_bait.undo.sql": "../bait.sql",
  }],
  ["a device", {}, { "0001_bait.ts": "../../../../../../../../dev/zero" }],
];

for (const [what, files, targets] of links) {
  Deno.test(`FolderSource refuses a symbolic link that leads to ${what}`, async () => {
    await using folder = await MigrationsFolder.make(files);
    for (const [name, target] of Object.entries(targets)) await folder.link(name, target);
    assertEquals(await look(folder), { listed: [], problems: ["FILE_OUTSIDE_FOLDER"] });
    await migrate(folder);
  });
}

Deno.test("FolderSource refuses links that lead nowhere, and in a circle", async () => {
  await using folder = await MigrationsFolder.make();
  await folder.link("0001_nowhere.ts", "nowhere.ts");
  await assertRejects(() => look(folder), SourceError, "0001_nowhere.ts");
  await Deno.remove(`${folder.path}/0001_nowhere.ts`);
  await folder.link("0001_one.ts", "0002_two.ts");
  await folder.link("0002_two.ts", "0001_one.ts");
  await assertRejects(() => look(folder), SourceError);
});

Deno.test("FolderSource does not wait for whoever may write into a pipe", async () => {
  await using folder = await MigrationsFolder.make();
  const { success } = await new Deno.Command("mkfifo", { args: [`${folder.path}/0001_pipe.ts`, `${folder.path}/pipe`] })
    .output();
  assert(success);
  await folder.link("0002_link.ts", "pipe");
  assertEquals(await look(folder), { listed: [], problems: ["FILE_NAME_INVALID", "FILE_NAME_INVALID"] });
});

const names: readonly string[] = [
  "0001_a b.ts",
  "0001_a\nb.ts",
  "0001_\x1b[31mred.ts",
  "0001_$(touch bait).ts",
  "0001_a;b.ts",
  "0001_a%2F..%2Fb.ts",
  "0001_a?b#c.ts",
  "0001_..ts",
  "0001_caf\u00e9.ts",
  "0001_cafe\u0301.ts",
  "0001_\u0430dmin.ts",
  "\uff10\uff10\uff10\uff11_wide.ts",
  "0001_a\u202est.ts",
  "0001_up.TS",
  "0001__proto__.ts",
];

for (const name of names) {
  Deno.test(`FolderSource refuses the file name ${JSON.stringify(name)}`, async () => {
    await using folder = await MigrationsFolder.make({ [name]: BAIT });
    assertEquals(await look(folder), { listed: [], problems: ["FILE_NAME_INVALID"] });
    await migrate(folder);
  });
}

Deno.test("FolderSource does not look at hidden files, at files that are no scripts, and into folders", async () => {
  await using folder = await MigrationsFolder.make({
    ".0001_hidden.ts": BAIT,
    "0001_text.ts.txt": BAIT,
    "0001_cyrillic.t\u0455": BAIT,
    "0001_line.ts\n": BAIT,
    "sub/0001_inner.ts": BAIT,
    "0001_folder.ts/0002_inner.ts": BAIT,
  });
  assertEquals(await look(folder), { listed: [], problems: [] });
  await migrate(folder);
});

Deno.test("two files whose names only differ in case or in zeros are refused", async () => {
  for (const twin of ["0001_Users.ts", "1_users.ts", "0001_users.js", "0001_USERS.mjs"]) {
    const unit = setting("users", "made");
    await using folder = await MigrationsFolder.make({ "0001_users.ts": unit, [twin]: unit });
    const runner = new Runner({ driver: new MemoryDriver(), migrations: folder.path });
    assertMatch((await runner.plan()).problems.map(({ code }) => code).join(" "), /DUPLICATE/);
    await assertRejects(() => runner.migrate(), PlanError);
  }
});

Deno.test("FolderSource reads no SQL of a name that it has not listed", async () => {
  await using folder = await MigrationsFolder.make({ "0001_add.sql": "SELECT 1", "../bait.sql": "SELECT 1" });
  const source = new FolderSource(folder.path);
  const [listed] = (await source.list()).changes;
  assert(listed !== undefined);
  for (const changed of [{ file: "../bait.sql" }, { undoFile: "../bait.sql" }, { undoFile: "0001_add.sql" }]) {
    await assertRejects(() => source.load([{ ...listed, ...changed }], "ann"), TypeError, "not the name of a change");
  }
});

const outside: readonly string[] = [
  "../bait.ts",
  "/tmp/0001_bait.ts",
  "0001_a/../../bait.ts",
  "..\\0001_bait.ts",
  "javascript:0001_bait.ts",
  "data:text/javascript,0001_bait.ts",
  "http://127.0.0.1/0001_bait.ts",
  "file:///0001_bait.ts",
  "npm:0001_bait.ts",
  "0001_bait.ts?x=../y",
  "0001_bait.ts\u0000.txt",
];

for (const file of outside) {
  Deno.test(`no source loads ${JSON.stringify(file)}`, async () => {
    let loads = 0;
    const load = () => Promise.resolve(++loads);
    const manifest = new ManifestSource([{ file, checksum: CHECKSUM, load }]);
    const { changes, problems } = await manifest.list();
    assertEquals([changes, problems.map(({ code }) => code)], [[], ["FILE_NAME_INVALID"]]);
    await new Runner({ driver: new MemoryDriver(), migrations: manifest }).migrate().catch(() => {});
    assertEquals(loads, 0);
    const listed = { order: "1", id: "bait", file, checksum: CHECKSUM, author: null };
    await manifest.load([listed], "ann");
    assertEquals(loads, 0);

    await using folder = await MigrationsFolder.make({ "../bait.ts": BAIT });
    await assertRejects(
      () => new FolderSource(folder.path).load([listed], "ann"),
      TypeError,
      "not the name of a change",
    );
    assertEquals(notes().filter((note) => note === "bait"), []);
  });
}
