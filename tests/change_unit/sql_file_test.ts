import { assert, assertEquals } from "@std/assert";
import { isEmptyScript, parseSqlFile } from "../../src/change_unit/sql_file.ts";

const KNOWN = ["author", "transactional", "irreversible"];
const parse = (text: string) => parseSqlFile("1_a.sql", text, KNOWN);

Deno.test("parseSqlFile() cuts a file at the rollback line, and counts lines for both parts", () => {
  const { execution, rollback, violations } = parse("CREATE TABLE a (b);\n\n-- denock: rollback\nDROP TABLE a;\n");
  assertEquals(execution, { file: "1_a.sql", line: 1, text: "CREATE TABLE a (b);\n" });
  assertEquals(rollback, { file: "1_a.sql", line: 4, text: "DROP TABLE a;\n" });
  assertEquals(violations, []);
});

Deno.test("parseSqlFile() keeps every character of the statements", () => {
  const text = "SELECT '-- denock is a name; $$ \\n';\r\n  -- denock rollback\nSELECT 2";
  assertEquals(parse(text).execution.text, text.replace("\r\n", "\n"));
});

Deno.test("parseSqlFile() gives what a file says at its top, with or without quotes, after comments and blank lines", () => {
  const text =
    '-- License\n\n-- denock: author = ann \n--denock:irreversible="it is = gone"\n-- Denock: transactional=false\nSELECT 1';
  assertEquals(parse(text).attributes, [
    { line: 3, name: "author", value: "ann" },
    { line: 4, name: "irreversible", value: "it is = gone" },
    { line: 5, name: "transactional", value: "false" },
  ]);
  assertEquals(parse(text).violations, []);
});

const wrong: [name: string, text: string, violation: string][] = [
  [
    "a second rollback line",
    "SELECT 1;\n-- denock: rollback\nSELECT 2;\n-- denock: rollback\n",
    "Line 4 is `-- denock: rollback` again: there can be one only, and line 2 is it",
  ],
  [
    "a mistyped rollback line",
    "SELECT 1;\n-- denock: rolback\nSELECT 2;",
    "Line 2 is neither `-- denock: rollback` nor `-- denock: <name>=<value>`: did you mean `-- denock: rollback`",
  ],
  [
    "a name without a value",
    "-- denock: transactional\nSELECT 1;",
    "Line 1 is neither `-- denock: rollback` nor `-- denock: <name>=<value>`: did you mean `-- denock: transactional=…`",
  ],
  [
    "a rollback line with more behind it",
    "SELECT 1;\n-- denock: down\nSELECT 2;",
    "Line 2 is neither `-- denock: rollback` nor `-- denock: <name>=<value>`",
  ],
  [
    "something said behind the first statement",
    "SELECT 1;\n-- denock: author=ann\n",
    "Line 2, `author`, must stand at the top, in front of the first statement",
  ],
  [
    "something said behind the rollback line",
    "-- denock: rollback\n-- denock: author=ann\n",
    "Line 2, `author`, must stand at the top, in front of the first statement",
  ],
];

for (const [name, text, violation] of wrong) {
  Deno.test(`parseSqlFile() complains of ${name}`, () => assertEquals(parse(text).violations, [violation]));
}

const empty = ["", " \n;\n", "-- only\n-- comments", "/* a\nlong */ ; -- comment"];
const full = ["SELECT 1", "/*!40101 SET NAMES utf8 */", "-- a\nSELECT '--';", "'/* text */'"];

for (const text of [...empty, ...full]) {
  Deno.test(`isEmptyScript() says of ${JSON.stringify(text)} whether there is something to run`, () => {
    assert(isEmptyScript(text) === empty.includes(text));
  });
}
