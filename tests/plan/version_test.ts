import { assert, assertEquals } from "@std/assert";
import { compareVersions } from "../../src/plan/version.ts";

const ascending: [before: string, after: string][] = [
  ["0", "1"],
  ["9", "10"],
  ["1.9", "1.10"],
  ["1.2.3", "1.2.10"],
  ["1", "1.0.1"],
  ["3-alpha", "3"],
  ["3-alpha", "3-beta"],
  ["3-alpha", "3.0"],
  ["3.0-alpha", "3"],
  ["3", "3.1-alpha"],
  ["2.9", "3-alpha"],
  ["1.0.0-rc.2", "1.0.0-rc.10"],
  ["1.0.0-rc", "1.0.0-rc.1"],
  ["1.0.0-rc2", "1.0.0-rc10"],
  ["v2", "v10"],
  ["9007199254740993", "9007199254740994"],
  ["1.0.0-1", "1.0.0-2"],
  ["2025-12-31", "2026-01-01"],
];

for (const [before, after] of ascending) {
  Deno.test(`compareVersions() puts ${before} before ${after}, whichever way they are given`, () => {
    assert(compareVersions(before, after) < 0);
    assert(compareVersions(after, before) > 0);
  });
}

for (
  const [left, right] of [["1", "1"], ["3", "3.0"], ["3", "3.0.0"], ["1.02", "1.2"], ["1-RC", "1-rc"], ["", "0"], [
    "-",
    "0.0",
  ]] as const
) {
  Deno.test(`compareVersions() takes ${left} and ${right} for the same`, () => {
    assert(compareVersions(left, right) === 0);
    assert(compareVersions(right, left) === 0);
  });
}

Deno.test("compareVersions() sorts a mixed list", () => {
  const sorted = ["0", "0.9", "1-alpha", "1", "1.2", "1.10", "2-rc", "2", "10"];
  assertEquals(sorted.toReversed().toSorted(compareVersions), sorted);
});
