import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ListedChange } from "../../src/change_unit/change_unit.ts";
import { parseFileName } from "../../src/change_unit/file_name.ts";
import { compareManifest, isManifest, MANIFEST_FILE, writeManifest } from "../../src/source/write_manifest.ts";

const checksum = (digit: string) => `sha256:${digit.repeat(64)}`;

/** A listing with a change unit for each file; the digit makes up its checksum. */
function listing(files: Readonly<Record<string, string>>) {
  const changes = Object.entries(files).map(([file, digit]): ListedChange => {
    const name = parseFileName(file);
    assert(name.kind === "change");
    return { order: name.order, id: name.id, file, checksum: checksum(digit), author: null };
  });
  return { changes, problems: [] };
}

const TWO = listing({ "1_a.ts": "a", "2_b.mjs": "b" });

Deno.test("writeManifest() writes a row for each change unit, and how to make the manifest again", () => {
  const [header, rows] = writeManifest(TWO).split("export default ");
  assert(header?.includes("denock manifest --migrations"), header);
  assert(header?.includes("--check"), header);
  assertEquals(
    rows,
    `[
  {
    file: "1_a.ts",
    checksum: "${checksum("a")}",
    load: () => import("./1_a.ts"),
  },
  {
    file: "2_b.mjs",
    checksum: "${checksum("b")}",
    load: () => import("./2_b.mjs"),
  },
] as const;
`,
  );
  assert(writeManifest(listing({})).endsWith("export default [] as const;\n"));
});

Deno.test("writeManifest() sorts by order, and gives the same text however the listing is sorted", () => {
  const sorted = ["1.9_c.ts", "1.10_d.ts", "2_b.ts", "2_c.ts", "10_a.ts", "20260101000000_e.ts"];
  const text = writeManifest(listing(Object.fromEntries(sorted.map((file) => [file, "a"]))));
  assertEquals(Array.from(text.matchAll(/file: "(.+)"/g), ([, file]) => file), sorted);
  const rotated = [...sorted.slice(3), ...sorted.slice(0, 3)];
  for (const files of [sorted.toReversed(), rotated]) {
    assertEquals(writeManifest(listing(Object.fromEntries(files.map((file) => [file, "a"])))), text);
  }
});

Deno.test("writeManifest() throws TypeError for a change unit that does not come from a file", () => {
  for (const nothing of [{ file: null }, { checksum: null }]) {
    const changes = [{ order: "1", id: "a", file: "1_a.ts", checksum: checksum("a"), author: null, ...nothing }];
    assertThrows(() => writeManifest({ changes, problems: [] }), TypeError, '"1 a"');
  }
});

Deno.test("deno fmt leaves a manifest alone, whatever its settings, and those of this project even without being told", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denock_" });
  const long = `0003_${"long_".repeat(15)}name.ts`;
  const text = writeManifest(listing({ "0001_a.ts": "a", "0002_b.ts": "b", [long]: "c" }));
  const withoutDirective = text.replace(/^\/\/ deno-fmt-ignore-file\n/, "");
  assert(withoutDirective !== text);
  try {
    await Deno.writeTextFile(`${folder}/${MANIFEST_FILE}`, text);
    await Deno.writeTextFile(`${folder}/plain.ts`, withoutDirective);
    await Deno.writeTextFile(`${folder}/empty.ts`, writeManifest(listing({})));
    const check = async (file: string, ...settings: string[]) => {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["fmt", "--check", "--no-config", ...settings, `${folder}/${file}`],
      }).output();
      assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
    };
    await check("plain.ts", "--line-width=120");
    await check("empty.ts", "--line-width=120");
    await check(MANIFEST_FILE, "--line-width=120");
    await check(MANIFEST_FILE, "--line-width=40", "--single-quote", "--no-semicolons", "--indent-width=4");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("compareManifest() finds no difference in what writeManifest() wrote, whatever the line ends", () => {
  const text = writeManifest(TWO);
  assertEquals(compareManifest(text, TWO), []);
  assertEquals(compareManifest(text, { ...TWO, changes: TWO.changes.toReversed() }), []);
  assertEquals(compareManifest(`\uFEFF${text.replaceAll("\n", "\r\n")}`, TWO), []);
});

Deno.test("compareManifest() names each file that was added, edited or removed", () => {
  const text = writeManifest(listing({ "1_a.ts": "a", "2_b.ts": "b", "3_c.ts": "c" }));
  assertEquals(compareManifest(text, listing({ "1_a.ts": "a", "3_c.ts": "d", "4_e.ts": "e" })), [
    { file: "3_c.ts", what: "edited" },
    { file: "4_e.ts", what: "added" },
    { file: "2_b.ts", what: "removed" },
  ]);
  assertEquals(compareManifest("", TWO).map(({ what }) => what), ["added", "added"]);
});

const rewritings: [what: string, rewrite: (text: string) => string][] = [
  ["an import of another file", (text) => text.replace('import("./1_a.ts")', 'import("./2_b.mjs")')],
  ["a line more", (text) => `${text}console.log(1);\n`],
  ["a row twice", (text) => text.replace(/( {2}\{[^}]+\},\n)/, "$1$1")],
  ["another order of the rows", (text) => text.replace(/( {2}\{[^}]+\},\n)( {2}\{[^}]+\},\n)/, "$2$1")],
];

for (const [what, rewrite] of rewritings) {
  Deno.test(`compareManifest() finds a manifest rewritten that has ${what}`, () => {
    const text = writeManifest(TWO);
    const rewritten = rewrite(text);
    assert(rewritten !== text);
    assertEquals(compareManifest(rewritten, TWO), [{ file: MANIFEST_FILE, what: "rewritten" }]);
  });
}

Deno.test("isManifest() tells a manifest from a module that only has its name", () => {
  assert(isManifest(writeManifest(TWO)));
  assert(isManifest(`<<<<<<< ours\n${writeManifest(TWO)}`));
  assert(!isManifest('export default { name: "shop" };\n'));
});
