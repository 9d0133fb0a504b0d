import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { ListedChange, LoadedChangeUnit } from "../../src/change_unit/change_unit.ts";
import { readSqlFile } from "../../src/change_unit/read_sql_file.ts";
import { sqlChecksumOf } from "../../src/change_unit/sql_checksum.ts";
import { scriptContext, type SqlScript } from "../../src/change_unit/sql_method.ts";

const FILE = "0001_create_a.sql";
const LISTED: ListedChange = { order: "0001", id: "create_a", file: FILE, checksum: "sha256:00", author: null };
const UNDO_FILE = "0001_create_a.undo.sql";
const ROLLBACK = "\n-- denock: rollback\nDROP TABLE a;\n";

function read(text: string, undoText: string | null = null) {
  const listed = undoText === null ? LISTED : { ...LISTED, undoFile: UNDO_FILE };
  return readSqlFile({ text, undoText }, listed, "default-author");
}

function unitOf(text: string, undoText: string | null = null): LoadedChangeUnit {
  const reading = read(text, undoText);
  assert("unit" in reading, JSON.stringify(reading));
  return reading.unit;
}

function violationsOf(text: string, undoText: string | null = null): readonly string[] {
  const reading = read(text, undoText);
  return "violations" in reading ? reading.violations : [];
}

/** The scripts that the methods of a change unit run. */
async function scriptsOf({ execution, rollbackExecution }: LoadedChangeUnit): Promise<SqlScript[]> {
  const scripts: SqlScript[] = [];
  const context = scriptContext((script) => {
    scripts.push(script);
    return Promise.resolve();
  });
  await execution(context);
  await rollbackExecution?.(context);
  return scripts;
}

Deno.test("readSqlFile() makes a change unit with the defaults of all change units", () => {
  const unit = unitOf(`CREATE TABLE a (b);${ROLLBACK}`);
  assertEquals([unit.id, unit.order, unit.file, unit.checksum], ["create_a", "0001", FILE, "sha256:00"]);
  assertEquals([unit.author, unit.transactional, unit.failFast, unit.runAlways], ["default-author", null, true, false]);
  assertEquals([unit.beforeExecution, unit.irreversible], [null, null]);
});

Deno.test("readSqlFile() takes everything that a change unit can say of itself", () => {
  const unit = unitOf(`-- denock: author=ann
-- denock: description=Adds = the table
-- denock: transactional=false
-- denock: failFast=false
-- denock: runAlways=true
-- denock: systemVersion=1.2
-- denock: outOfOrder=true
-- denock: profiles=test, !production
-- denock: timeoutMs=5000
-- denock: irreversible="it is only added"
CREATE TABLE a (b);`);
  assertEquals([unit.author, unit.description, unit.transactional], ["ann", "Adds = the table", false]);
  assertEquals([unit.failFast, unit.runAlways, unit.runOnChange, unit.outOfOrder], [false, true, false, true]);
  assertEquals([unit.systemVersion, unit.profiles, unit.timeoutMs], ["1.2", ["test", "!production"], 5_000]);
  assertEquals([unit.irreversible, unit.rollbackExecution], ["it is only added", null]);
});

Deno.test("readSqlFile() makes methods that run the two parts of one file", async () => {
  assertEquals(await scriptsOf(unitOf(`CREATE TABLE a (b);${ROLLBACK}`)), [
    { file: FILE, line: 1, text: "CREATE TABLE a (b);" },
    { file: FILE, line: 3, text: "DROP TABLE a;\n" },
  ]);
});

Deno.test("readSqlFile() makes methods that run two files", async () => {
  assertEquals(await scriptsOf(unitOf("CREATE TABLE a (b);", "DROP TABLE a;")), [
    { file: FILE, line: 1, text: "CREATE TABLE a (b);" },
    { file: UNDO_FILE, line: 1, text: "DROP TABLE a;" },
  ]);
});

Deno.test("A method made of SQL refuses a context that runs no SQL", async () => {
  const { execution } = unitOf(`CREATE TABLE a (b);${ROLLBACK}`);
  await assertRejects(async () => await execution({}), TypeError, FILE);
});

const NO_ROLLBACK =
  "It has no rollback: add it behind a line `-- denock: rollback`, or as 0001_create_a.undo.sql, or say " +
  "why there is none with `-- denock: irreversible=…`";

const wrong: [name: string, text: string, undoText: string | null, violations: string[]][] = [
  ["a file without statements", `-- soon${ROLLBACK}`, null, ["It has no statement to execute"]],
  ["a missing rollback", "SELECT 1;", null, [NO_ROLLBACK]],
  ["a rollback line that misses its colon", "SELECT 1;\n-- denock rollback\nSELECT 2;", null, [NO_ROLLBACK]],
  ["a rollback without statements", "SELECT 1;\n-- denock: rollback\n", null, ["Its rollback has no statement"]],
  ["an undo file without statements", "SELECT 1;", "-- soon", ["Its rollback has no statement"]],
  ["both forms at once", `SELECT 1;${ROLLBACK}`, "DROP TABLE a;", [
    `It has the line \`-- denock: rollback\`, and ${UNDO_FILE} is there as well: keep one of the two`,
  ]],
  ["a rollback line in the undo file", "SELECT 1;", `SELECT 2;${ROLLBACK}`, [
    `${UNDO_FILE} has the line \`-- denock: rollback\`: leave it away there`,
  ]],
  ["an undo file that says something of itself", "SELECT 1;", "-- denock: author=ann\nSELECT 2;", [
    `${UNDO_FILE} says something of itself: put that into ${FILE}`,
  ]],
  ["a rollback of what is irreversible", `-- denock: irreversible=why\nSELECT 1;${ROLLBACK}`, null, [
    "`irreversible` contradicts its rollback: keep one",
  ]],
  ["a name that is mistyped", `-- denock: transactionl=false\nSELECT 1;${ROLLBACK}`, null, [
    "Line 1: `transactionl` is nothing a SQL file has: did you mean `transactional`",
  ]],
  ["an id, which is in the file name", `-- denock: id=a\nSELECT 1;${ROLLBACK}`, null, [
    "Line 1: `id` is nothing a SQL file has",
  ]],
  ["a value that is none", `-- denock: transactional=no\nSELECT 1;${ROLLBACK}`, null, [
    'Line 1: `transactional` must be true or false: it is "no"',
  ]],
  ["an empty value", `-- denock: author=\nSELECT 1;${ROLLBACK}`, null, [
    'Line 1: `author` must be a text that is not empty: it is ""',
  ]],
  ["a time that is none", `-- denock: timeoutMs=5s\nSELECT 1;${ROLLBACK}`, null, [
    'Line 1: `timeoutMs` must be a whole number of milliseconds above zero: it is "5s"',
  ]],
  ["something said twice", `-- denock: author=a\n-- denock: author=b\nSELECT 1;${ROLLBACK}`, null, [
    "Line 2: `author` is said twice",
  ]],
  [
    "two names that exclude each other",
    `-- denock: runAlways=true\n-- denock: runOnChange=true\nSELECT 1;${ROLLBACK}`,
    null,
    [
      "`runAlways` includes `runOnChange`: keep one",
    ],
  ],
];

for (const [name, text, undoText, violations] of wrong) {
  Deno.test(`readSqlFile() complains of ${name}`, () => assertEquals(violationsOf(text, undoText), violations));
}

Deno.test("sqlChecksumOf() counts both files, and neither line ends nor byte order marks", async () => {
  const checksum = await sqlChecksumOf({ text: "SELECT 1;\n", undoText: "SELECT 2;\n" });
  assertEquals(await sqlChecksumOf({ text: "\uFEFFSELECT 1;\r\n", undoText: "\uFEFFSELECT 2;\r\n" }), checksum);
  assertNotEquals(await sqlChecksumOf({ text: "SELECT 1;\n", undoText: "SELECT 3;\n" }), checksum);
  assertNotEquals(await sqlChecksumOf({ text: "SELECT 3;\n", undoText: "SELECT 2;\n" }), checksum);
  assertNotEquals(await sqlChecksumOf({ text: "SELECT 1;\n", undoText: null }), checksum);
});
