import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { toFileUrl } from "@std/path";
import { checksumOf } from "../../src/change_unit/checksum.ts";
import { SourceError } from "../../src/errors.ts";
import { FolderSource } from "../../src/source/folder_source.ts";
import type { SourceListing } from "../../src/source/source.ts";
import { MigrationsFolder, setting } from "../fixtures/migrations_folder.ts";

const TEXT = setting("a", "1");
const OTHER_TEXT = setting("b", "2");

/** The files of a listing, and the code and file of each problem. */
function summaryOf({ changes, problems }: SourceListing) {
  return {
    files: changes.map(({ file }) => file).toSorted(),
    problems: problems.map(({ code, files }) => `${code} ${files.join()}`).toSorted(),
  };
}

Deno.test("FolderSource.list() gives order, id, file and checksum of each change unit, and no author", async () => {
  await using folder = await MigrationsFolder.make({ "1.10_create_users.ts": TEXT, "0002_add_index.js": OTHER_TEXT });
  const { changes, problems } = await new FolderSource(folder.path).list();
  assertEquals(problems, []);
  assertEquals(changes.toSorted((left, right) => left.id < right.id ? -1 : 1), [
    { order: "0002", id: "add_index", file: "0002_add_index.js", checksum: await checksumOf(OTHER_TEXT), author: null },
    { order: "1.10", id: "create_users", file: "1.10_create_users.ts", checksum: await checksumOf(TEXT), author: null },
  ]);
});

Deno.test("FolderSource.list() gives the same checksum whatever the line ends", async () => {
  await using folder = await MigrationsFolder.make({
    "1_a.ts": TEXT,
    "2_b.ts": `\uFEFF${TEXT.replaceAll("\n", "\r\n")}`,
  });
  const { changes } = await new FolderSource(folder.path).list();
  assertEquals(changes.map(({ checksum }) => checksum), [await checksumOf(TEXT), await checksumOf(TEXT)]);
});

Deno.test("FolderSource.list() ignores what is known not to be a change unit, and does not look into folders", async () => {
  await using folder = await MigrationsFolder.make({
    "1_a.ts": TEXT,
    "_shared.ts": "export {};",
    "1_a_test.ts": "throw 1;",
    "types.d.ts": "export {};",
    "manifest.ts": "export {};",
    ".hidden.ts": "throw 1;",
    "README.md": "# Migrations",
    "_2_b.sql": "select 1",
    "2_b.sql.orig": "select 1",
    "2_folder/3_c.ts": TEXT,
    "4_d.ts/5_e.ts": TEXT,
  });
  assertEquals(summaryOf(await new FolderSource(folder.path).list()), { files: ["1_a.ts"], problems: [] });
});

Deno.test("FolderSource.list() reports scripts whose names almost match, and lists the others", async () => {
  await using folder = await MigrationsFolder.make({
    "1_a.ts": TEXT,
    "0001-create-users.ts": TEXT,
    "helper.ts": TEXT,
    "2_b.tsx": TEXT,
    "3_c.TS": TEXT,
  });
  const listing = await new FolderSource(folder.path).list();
  assertEquals(summaryOf(listing), {
    files: ["1_a.ts"],
    problems: ["0001-create-users.ts", "2_b.tsx", "3_c.TS", "helper.ts"].map((name) => `FILE_NAME_INVALID ${name}`),
  });
  for (const { severity, message, remedies, files } of listing.problems) {
    assertEquals(severity, "error");
    assertStringIncludes(message, `The file "${files[0]}" is a script but not a change unit, because`);
    assertEquals(remedies.length, 2);
  }
});

Deno.test("FolderSource.list() lists a folder of 1,000 files", async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `${index + 1}_unit.ts`);
  await using folder = await MigrationsFolder.make(Object.fromEntries(names.map((name) => [name, `// ${name}`])));
  const { changes } = await new FolderSource(folder.path).list();
  assertEquals(changes.length, 1_000);
  assertEquals(new Set(changes.map(({ checksum }) => checksum)).size, 1_000);
  assertEquals(changes.find(({ file }) => file === "700_unit.ts")?.checksum, await checksumOf("// 700_unit.ts"));
});

Deno.test("FolderSource.list() follows a symbolic link that stays inside of the folder", async () => {
  await using folder = await MigrationsFolder.make({ "_shared/one.ts": TEXT });
  await folder.link("1_a.ts", "_shared/one.ts");
  const listing = await new FolderSource(folder.path).list();
  assertEquals(summaryOf(listing), { files: ["1_a.ts"], problems: [] });
  assertEquals(listing.changes[0]?.checksum, await checksumOf(TEXT));
});

const outside: [what: string, target: string][] = [
  ["its parent", "../1_a.ts"],
  ["another folder", "../other/1_a.ts"],
  ["a folder whose name begins with its own", "../migrations_old/1_a.ts"],
];

for (const [what, target] of outside) {
  Deno.test(`FolderSource.list() refuses a symbolic link into ${what}`, async () => {
    await using folder = await MigrationsFolder.make({ [target]: TEXT, "2_b.ts": TEXT });
    await folder.link("1_a.ts", target);
    const listing = await new FolderSource(folder.path).list();
    assertEquals(summaryOf(listing), { files: ["2_b.ts"], problems: ["FILE_OUTSIDE_FOLDER 1_a.ts"] });
    assertEquals(listing.problems[0]?.severity, "error");
    assertStringIncludes(listing.problems[0]?.message ?? "", '"1_a.ts" is a symbolic link that leads out');
  });
}

Deno.test("FolderSource.list() refuses a link to a link that leaves the folder", async () => {
  await using folder = await MigrationsFolder.make({ "../other/a.ts": TEXT });
  await folder.link("_one.ts", "../other/a.ts");
  await folder.link("1_a.ts", "_one.ts");
  const listing = await new FolderSource(folder.path).list();
  assertEquals(summaryOf(listing), { files: [], problems: ["FILE_OUTSIDE_FOLDER 1_a.ts"] });
});

Deno.test("FolderSource.list() accepts a folder that is itself a symbolic link", async () => {
  await using folder = await MigrationsFolder.make({ "../real/1_a.ts": TEXT, "../real/_shared/b.ts": TEXT });
  await folder.link("link", "../real");
  await Deno.symlink(`${folder.path}/link/_shared/b.ts`, `${folder.path}/link/2_b.ts`);
  const listing = await new FolderSource(`${folder.path}/link`).list();
  assertEquals(summaryOf(listing), { files: ["1_a.ts", "2_b.ts"], problems: [] });
});

Deno.test("FolderSource.list() throws SourceError for a symbolic link that leads nowhere, and names it", async () => {
  await using folder = await MigrationsFolder.make();
  await folder.link("1_a.ts", "_gone.ts");
  const error = await assertRejects(() => new FolderSource(folder.path).list(), SourceError, "1_a.ts");
  assertEquals(error.code, "SOURCE_UNREADABLE");
});

for (const [what, name] of [["that is not there", "gone"], ["that is a file", "1_a.ts"]] as const) {
  Deno.test(`FolderSource.list() throws SourceError for a folder ${what}, and names it`, async () => {
    await using folder = await MigrationsFolder.make({ "1_a.ts": TEXT });
    const path = `${folder.path}/${name}`;
    const error = await assertRejects(() => new FolderSource(path).list(), SourceError);
    assertEquals(error.code, "SOURCE_UNREADABLE");
    assertStringIncludes(error.message, `Cannot read the migrations folder "${path}"`);
    assert(error.cause instanceof Error);
  });
}

Deno.test("FolderSource.list() throws SourceError for a link to a folder in place of a file, and names it", async () => {
  await using folder = await MigrationsFolder.make({ "_shared/one.ts": TEXT });
  await folder.link("1_a.ts", "_shared");
  await assertRejects(() => new FolderSource(folder.path).list(), SourceError, "1_a.ts");
});

Deno.test("FolderSource takes a path, a relative path and a file URL", async () => {
  await using folder = await MigrationsFolder.make({ "1_a.ts": TEXT });
  for (const given of [folder.path, `${folder.path}/`, `${folder.path}/../migrations`, toFileUrl(folder.path)]) {
    const source = new FolderSource(given);
    assertEquals(summaryOf(await source.list()).files, ["1_a.ts"]);
    assertEquals(source.name, given instanceof URL ? folder.path : given);
  }
  const listing = await new FolderSource("./tests/source").list();
  assert(listing.changes.length === 0);
});
