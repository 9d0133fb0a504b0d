import { assertEquals } from "@std/assert";
import { countTestCases } from "../../scripts/junit_counts.ts";

function testCase(name: string, result = "", file = "./a_test.ts"): string {
  return `<testcase name="${name}" classname="${file}" time="0.001" line="1" col="6">\n${result}\n</testcase>\n`;
}

const skipped = "<skipped/>";
const failed = '<failure message="Uncaught Error: no">Error: no</failure>';
const failedByStep = '<failure message="1 test step failed">1 test step failed.</failure>';

Deno.test("countTestCases() counts tests without steps", () => {
  const report = testCase("a") + testCase("b") + testCase("c", failed) + testCase("d", skipped);
  assertEquals(countTestCases(report), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("countTestCases() counts the steps in place of their test", () => {
  const report = testCase("a", failedByStep) + testCase("a &gt; one") + testCase("a &gt; two", failedByStep) +
    testCase("a &gt; two &gt; deep", failed);
  assertEquals(countTestCases(report), { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("countTestCases() counts a test that failed after its steps had passed", () => {
  assertEquals(countTestCases(testCase("a", failed) + testCase("a &gt; one")), { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("countTestCases() keeps tests of the same name in two files apart", () => {
  const report = testCase("a") + testCase("a &gt; one", "", "./b_test.ts") + testCase("a", "", "./b_test.ts");
  assertEquals(countTestCases(report), { passed: 2, failed: 0, skipped: 0 });
});

Deno.test("countTestCases() leaves out what a filter left out", () => {
  const report = `<testcase name="a" classname="./a_test.ts" line="1" col="6">\n${skipped}\n</testcase>`;
  assertEquals(countTestCases(report), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("countTestCases() counts nothing in the empty report of a run that never started", () => {
  assertEquals(countTestCases(""), { passed: 0, failed: 0, skipped: 0 });
});
