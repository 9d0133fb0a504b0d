import { assertEquals, assertThrows } from "@std/assert";
import { nameNewFile, normaliseName, type OrderStyle } from "../../src/cli/new_file.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

const NOW = new Date("2026-11-22T09:30:00.750Z");

/** The name of a new file in a folder with these files. */
function nameAmong(files: readonly string[], style?: OrderStyle, name = "add"): string {
  return nameNewFile({ name, files, now: NOW, ...(style !== undefined && { style }) }).file;
}

const names: [given: string, id: string][] = [
  ["create_users", "create_users"],
  ["Create Users", "create_users"],
  ["createUsers", "create_users"],
  ["HTTPServerLog", "http_server_log"],
  ["  add--index__to:users!  ", "add_index_to_users"],
  ["add_index.ts", "add_index"],
  ["Crème brûlée", "creme_brulee"],
  ["2fa for users", "2fa_for_users"],
  ["v2Users", "v2_users"],
];

for (const [given, id] of names) {
  Deno.test(`normaliseName() makes "${id}" of "${given}"`, () => assertEquals(normaliseName(given), id));
}

Deno.test("normaliseName() throws UsageError when nothing is left of a name, or too much", () => {
  for (const name of ["", "   ", "___", "!?", "удалить", ".ts"]) {
    assertThrows(() => normaliseName(name), UsageError, `Nothing is left of the name "${name}"`);
  }
  assertEquals(normaliseName("a".repeat(100)).length, 100);
  assertThrows(() => normaliseName("a".repeat(101)), UsageError, "101 characters and may have 100");
});

const orders: [what: string, files: readonly string[], style: OrderStyle | undefined, file: string][] = [
  ["0001 in an empty folder", [], undefined, "0001_add.ts"],
  ["a time stamp in an empty folder when asked to", [], "timestamp", "20261122093000_add.ts"],
  ["the next number, as wide as the newest", ["001_a.ts", "009_b.ts"], undefined, "010_add.ts"],
  ["a wider number when there is no other", ["98_a.ts", "99_b.ts"], undefined, "100_add.ts"],
  ["the number behind the highest, not behind the last name", ["10_a.ts", "9_b.ts"], undefined, "11_add.ts"],
  ["a number larger than a double holds", ["9007199254740993_a.ts"], undefined, "9007199254740994_add.ts"],
  ["the next of an order with dots", ["1.2_a.ts", "1.09_b.ts"], undefined, "1.10_add.ts"],
  ["a time stamp when the newest has one", ["0007_a.ts", "20250101000000_b.ts"], undefined, "20261122093000_add.ts"],
  ["a time stamp behind numbers when asked to", ["0007_a.ts"], "timestamp", "20261122093000_add.ts"],
  ["the second behind the newest in the same second", ["20261122093000_a.ts"], undefined, "20261122093001_add.ts"],
  ["the second behind one of the near future", ["20261122093059_a.ts"], undefined, "20261122093100_add.ts"],
  ["the next number where fourteen digits are no time", ["20261322093000_a.ts"], undefined, "20261322093001_add.ts"],
  ["the next number where there is no such day", ["20260230000000_a.ts"], undefined, "20260230000001_add.ts"],
  [
    "0001 beside files that are no change units",
    ["_a.ts", "9_a_test.ts", "5-b.ts", "README.md"],
    undefined,
    "0001_add.ts",
  ],
];

for (const [what, files, style, file] of orders) {
  Deno.test(`nameNewFile() takes ${what}`, () => assertEquals(nameAmong(files, style), file));
}

const refusals: [what: string, files: readonly string[], style: OrderStyle | undefined, later: string][] = [
  ["a number beside a time stamp", ["0003_a.ts", "20250101000000_b.ts"], "sequence", "20250101000000_b.ts"],
  ["a time stamp of today beside one of the future", ["20991231235959_a.ts"], undefined, "20991231235959_a.ts"],
  ["a time stamp beside a larger number", ["99999999999999_a.ts"], "timestamp", "99999999999999_a.ts"],
  ["a time stamp beside one with a second part", ["20270101000000.5_a.ts"], "timestamp", "20270101000000.5_a.ts"],
];

for (const [what, files, style, later] of refusals) {
  Deno.test(`nameNewFile() refuses ${what}, and names the file that comes later`, () => {
    assertThrows(() => nameAmong(files, style), UsageError, `would not be the last one, because ${later} comes later`);
  });
}

Deno.test("nameNewFile() refuses a name that would make the file a test, which is ignored", () => {
  assertThrows(() => nameAmong([], undefined, "load test"), UsageError, "0001_load_test.ts would count as a test");
});
