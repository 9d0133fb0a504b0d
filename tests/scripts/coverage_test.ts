import { assert, assertEquals } from "@std/assert";
import {
  COVERAGE_PARTS,
  type CoveragePart,
  isReached,
  measureCoverage,
  renderCoverage,
} from "../../scripts/coverage.ts";

const CORE: CoveragePart = { name: "the core", under: ["src/run/", "src/plan/"], atLeastPercent: 100 };
const REST: CoveragePart = { name: "the rest", under: ["src/"], except: ["src/cli/"], atLeastPercent: 50 };

/** A file in a report: its branches by line, and how often each was taken. */
function fileOf(path: string, ...branches: [line: number, times: number | "-"][]): string {
  const lines = branches.map(([line, times], index) => `BRDA:${line},${index},0,${times}`);
  return ["TN:", `SF:${path}`, "FN:1,first", "FNDA:2,first", ...lines, "DA:1,2", "end_of_record", ""].join("\n");
}

/** The missed branches of each part. */
function missedOf(lcov: string, ...parts: CoveragePart[]): (readonly string[])[] {
  return measureCoverage(lcov, "/project", parts).map(({ missed }) => missed);
}

Deno.test("measureCoverage() counts the branches of each part, and names those that no test has taken", () => {
  const lcov = fileOf("/project/src/run/a.ts", [7, 3], [9, 0], [12, "-"]) +
    fileOf("/project/src/plan/b.ts", [1, 1]) + fileOf("/project/src/other.ts", [4, 0]);
  const [core, rest] = measureCoverage(lcov, "/project", [CORE, REST]);
  assertEquals([core?.branches, core?.missed], [4, ["src/run/a.ts:9", "src/run/a.ts:12"]]);
  assertEquals([rest?.branches, rest?.missed], [5, ["src/run/a.ts:9", "src/run/a.ts:12", "src/other.ts:4"]]);
});

Deno.test("measureCoverage() leaves out what does not belong to a part", () => {
  const lcov = fileOf("/project/src/cli/main.ts", [1, 0]) + fileOf("/project/tests/a_test.ts", [1, 0]) +
    fileOf("/elsewhere/src/run/a.ts", [1, 0]);
  assertEquals(missedOf(lcov, CORE, REST), [[], []]);
});

Deno.test("measureCoverage() reads paths and line ends of Windows, and a root that ends with a slash", () => {
  const lcov = fileOf("C:\\project\\src\\run\\a.ts", [9, 0]).replaceAll("\n", "\r\n");
  for (const root of ["C:\\project\\", "C:\\project"]) {
    assertEquals(measureCoverage(lcov, root, [CORE]).map(({ missed }) => missed), [["src/run/a.ts:9"]]);
  }
});

Deno.test("isReached() asks for the limit, and for something to measure", () => {
  const reached = (...branches: [number, number][]) =>
    measureCoverage(fileOf("/project/src/run/a.ts", ...branches), "/project", [CORE, REST]).map(isReached);
  assertEquals(reached([1, 1], [2, 1]), [true, true]);
  assertEquals(reached([1, 1], [2, 0]), [false, true]);
  assertEquals(reached([1, 0], [2, 0]), [false, false]);
  assertEquals(reached(), [false, false]);
});

Deno.test("renderCoverage() says 100 % only of all, and names file and line of what is missing", () => {
  const branches = Array.from({ length: 2_000 }, (_, index): [number, number] => [index, index]);
  const [core, rest] = measureCoverage(fileOf("/project/src/run/a.ts", ...branches), "/project", [CORE, REST]);
  assert(core !== undefined && rest !== undefined);
  assertEquals(renderCoverage(core).split("\n"), [
    "Coverage of the core: FAILED (99.9 % of 2000 branches, at least 100 %)",
    "  no test takes a branch at src/run/a.ts:0",
  ]);
  assertEquals(renderCoverage(rest), "Coverage of the rest: ok (99.9 % of 2000 branches, at least 50 %)");
});

Deno.test("The gate asks for every branch of the core", () => {
  const whole = COVERAGE_PARTS.filter(({ atLeastPercent }) => atLeastPercent === 100).map(({ name }) => name);
  assertEquals(whole, ["src/run", "src/plan", "src/history"]);
});
