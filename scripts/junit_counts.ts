/**
 * Counts the test cases in a JUnit report of `deno test`.
 *
 * @module
 */

/** How many test cases ended in which way. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TestCase {
  readonly name: string;
  readonly file: string;
  readonly outcome: keyof TestCounts;
  /** Failed, and for no other reason than that one of its steps did. */
  readonly failedByStep: boolean;
}

// A test that a filter left out is reported as skipped too, but without a time; it is not counted at all.
const testCase = /<testcase name="([^"]*)" classname="([^"]*)" time="[^"]*"[^>]*>(.*?)<\/testcase>/gs;

// node:test, behind `describe` and `it`, reports its steps under this name instead of the name of the test file.
const anyFile = "ext:deno_node/testing.ts";

/**
 * Counts what a reader of the test files would call a test case: a test without steps, or else each of its steps.
 * A test with steps counts itself only when it failed by itself, so that no failure is lost and none counted twice.
 */
export function countTestCases(report: string): TestCounts {
  const cases = [...report.matchAll(testCase)].map(readTestCase);
  const parents = new Set(cases.flatMap(({ name, file }) => ancestors(name).map((parent) => `${file}\n${parent}`)));
  const isParent = ({ name, file }: TestCase) => parents.has(`${file}\n${name}`) || parents.has(`${anyFile}\n${name}`);

  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const one of cases) {
    const failedByItself = one.outcome === "failed" && !one.failedByStep;
    if (!isParent(one) || failedByItself) counts[one.outcome]++;
  }
  return counts;
}

function readTestCase([, name = "", file = "", result = ""]: RegExpMatchArray): TestCase {
  const failed = result.includes("<failure");
  return {
    name,
    file,
    outcome: failed ? "failed" : result.includes("<skipped") ? "skipped" : "passed",
    failedByStep: /<failure message="\d+ test steps? failed"/.test(result),
  };
}

/** `a > b > c` has the ancestors `a` and `a > b`. */
function ancestors(name: string): string[] {
  const parts = name.split(" &gt; ");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(" &gt; "));
}
