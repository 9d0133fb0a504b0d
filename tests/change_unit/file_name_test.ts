import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseFileName, sharesFile } from "../../src/change_unit/file_name.ts";

const changes: [name: string, order: string, id: string][] = [
  ["0001_create_users.ts", "0001", "create_users"],
  ["1_a.ts", "1", "a"],
  ["0_a.ts", "0", "a"],
  ["1_A.js", "1", "A"],
  ["1_a.mts", "1", "a"],
  ["1_a.mjs", "1", "a"],
  ["1.2.10_a.ts", "1.2.10", "a"],
  ["20261122093000_add_index.ts", "20261122093000", "add_index"],
  ["99999999999999999999999999_huge.ts", "99999999999999999999999999", "huge"],
  ["0001_2_steps.ts", "0001", "2_steps"],
  ["0001_a-b_c--d_.ts", "0001", "a-b_c--d_"],
  ["0001_manifest.ts", "0001", "manifest"],
  ["0001_latest.ts", "0001", "latest"],
  ["0001_test_users.ts", "0001", "test_users"],
  ["0001_create_users.sql", "0001", "create_users"],
  ["0001_create_users_test.sql", "0001", "create_users_test"],
];

for (const [name, order, id] of changes) {
  Deno.test(`parseFileName() reads "${name}" as a change unit`, () => {
    assertEquals(parseFileName(name), { kind: "change", order, id });
  });
}

Deno.test("parseFileName() reads the file that undoes a change unit in SQL as such", () => {
  assertEquals(parseFileName("0001_create_users.undo.sql"), { kind: "undo", change: "0001_create_users.sql" });
});

const ignored = [
  "_shared.ts",
  "_0001_create_users.ts",
  ".0001_create_users.ts",
  ".eslintrc.js",
  "0001_create_users_test.ts",
  "0001_create_users.test.ts",
  "0001_create_users_test.tsx",
  "create_users_test.mjs",
  "types.d.ts",
  "0001_create_users.d.ts",
  "types.d.mts",
  "types.d.cts",
  "manifest.ts",
  "manifest.js",
  "manifest.mts",
  "manifest.mjs",
  "README.md",
  "_0001_create_users.sql",
  "_shared.undo.sql",
  "0001_create_users.json",
  "0001_create_users",
  "0001_create_users.ts.orig",
  "0001_create_users.ts~",
  "",
];

for (const name of ignored) {
  Deno.test(`parseFileName() ignores "${name}"`, () => {
    assertEquals(parseFileName(name), { kind: "ignored" });
  });
}

const ENDING = /ending/;
const NO_ORDER = /does not begin with an order/;
const NO_UNDERSCORE = /not followed by an underscore/;
const ID = /its id/;

const nearMisses: [name: string, reason: RegExp][] = [
  ["0001_create_users.tsx", ENDING],
  ["0001_create_users.jsx", ENDING],
  ["0001_create_users.cjs", ENDING],
  ["0001_create_users.cts", ENDING],
  ["0001_create_users.TS", ENDING],
  ["0001_create_users.Mjs", ENDING],
  ["0001_create_users.SQL", ENDING],
  ["create_users.ts", NO_ORDER],
  ["schema.sql", NO_ORDER],
  ["create_users.undo.sql", NO_ORDER],
  ["V0001_create_users.ts", NO_ORDER],
  [" 0001_create_users.ts", NO_ORDER],
  ["-1_create_users.ts", NO_ORDER],
  ["Manifest.ts", NO_ORDER],
  ["manifest_0001.ts", NO_ORDER],
  ["test.ts", NO_ORDER],
  ["mod.ts", NO_ORDER],
  ["١_create_users.ts", NO_ORDER],
  ["0001-create_users.ts", NO_UNDERSCORE],
  ["0001 create_users.ts", NO_UNDERSCORE],
  ["0001.create_users.ts", NO_UNDERSCORE],
  ["0001._create_users.ts", NO_UNDERSCORE],
  ["1..2_create_users.ts", NO_UNDERSCORE],
  ["0001create_users.ts", NO_UNDERSCORE],
  ["0001.ts", NO_UNDERSCORE],
  ["0001_create users.ts", ID],
  ["0001_create_users.up.sql", ID],
  ["0001_create_users.undo.ts", ID],
  ["0001_create.users.ts", ID],
  ["0001_créer.ts", ID],
  ["0001_create_users(1).ts", ID],
  ["0001_create_users\n.ts", ID],
];

for (const [name, reason] of nearMisses) {
  Deno.test(`parseFileName() complains of ${JSON.stringify(name)}, and says why`, () => {
    const parsed = parseFileName(name);
    assert(parsed.kind === "invalid");
    assertMatch(parsed.reason, reason);
  });
}

for (const name of ["0001_.ts", "0001__create_users.ts", "0001_-create_users.ts"]) {
  Deno.test(`parseFileName() says of "${name}" that its id must begin with a letter or a digit`, () => {
    const parsed = parseFileName(name);
    assert(parsed.kind === "invalid");
    assertMatch(parsed.reason, /its id/);
    assertMatch(parsed.reason, /begin|start/);
  });
}

const sharing: [file: string | null, order: string, expected: boolean][] = [
  ["0001_a.ts", "0001.1", true],
  ["1.2_a.ts", "1.2.10", true],
  ["0001_a.ts", "0001", false],
  ["1.2_a.ts", "1.2", false],
  ["notes.txt", "1", false],
  [null, "1.1", false],
];

for (const [file, order, expected] of sharing) {
  Deno.test(`sharesFile() says ${expected ? "yes" : "no"} to order ${order} in ${file ?? "no file"}`, () => {
    assertEquals(sharesFile({ file, order }), expected);
  });
}
