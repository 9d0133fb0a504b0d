/**
 * The gate that every change has to pass: format, lint, types, documentation, publication and tests, with the examples
 * in doc comments and in Markdown among the tests. `deno task test` and `.ci/run` run it.
 *
 * With arguments it only runs tests, and hands the arguments on to `deno test`: `deno task test tests/plan`,
 * `deno task test --filter=undo`.
 *
 * The last line is `N passed, N failed, N skipped`. It counts test cases in the JUnit report, because the summary of
 * `deno test` counts a test with twenty steps as one. A test file that breaks outside its tests is in no report; the
 * gate finds it in the output and counts it as a failure. A failing step before the tests ends the gate with zero counts.
 *
 * The cheap tests run beside the others, and the coverage of their branches is measured; below the limits of `coverage.ts` the gate
 * fails and names each branch that no test has taken. With arguments nothing is measured.
 *
 * With `CI=true` a skipped test fails the gate.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import {
  COVERAGE_PARTS,
  isReached,
  measureCoverage,
  MEASURED_TESTS,
  renderCoverage,
  reportCoverage,
} from "./coverage.ts";
import { countTestCases, type TestCounts } from "./junit_counts.ts";
import { shareServers } from "./shared_servers.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const nothing: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** How a run of tests ended. */
interface TestResult {
  readonly success: boolean;
  readonly counts: TestCounts;
}

type Step = readonly [name: string, ...args: string[]];

function steps(): Step[] {
  const { exports } = JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
  // The types of a user's client are documented by its own package: this import map leaves them out.
  const documentation = ["doc", "--import-map", "scripts/documentation_imports.json"] as const;
  const entries = Object.values<string>(exports);
  Deno.mkdirSync(join(root, ".data"), { recursive: true });
  return [
    ["Format", "fmt", "--check"],
    ["Lint", "lint"],
    ["Types", "check", "."],
    ["Documentation", ...documentation, "--lint", ...entries],
    ["Documentation pages", ...documentation, "--html", "--name=denock", "--output=.data/documentation", ...entries],
    ["Publication", "run", "-A", "scripts/publish_check.ts"],
  ];
}

function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

/** Runs a step in silence; its output is only worth reading when it fails. */
async function passes([name, ...args]: Step): Promise<boolean> {
  const startedAt = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  console.log(`${name}: ${success ? "ok" : "FAILED"} (deno ${args[0]}, ${seconds(startedAt)})`);
  if (success) return true;
  await Deno.stdout.write(stdout);
  await Deno.stdout.write(stderr);
  return false;
}

/** Everything that holds tests or examples. */
function testTargets(): string[] {
  const tests = Array.from(Deno.readDirSync(join(root, "tests")))
    .filter(({ name, isDirectory }) => isDirectory || name.endsWith("_test.ts"))
    .map(({ name }) => `tests/${name}`).sort();
  return ["mod.ts", "src", ...tests, "README.md", "docs"];
}

/** Runs the tests, showing their output as it comes, or all of it at the end. */
async function test(args: readonly string[], shown: "as it comes" | "at the end" = "as it comes"): Promise<TestResult> {
  const report = await Deno.makeTempFile({ prefix: "denock-tests-", suffix: ".xml" });
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--doc", `--junit-path=${report}`, ...args],
      cwd: root,
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let output = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      if (shown === "as it comes") await Deno.stdout.write(chunk);
      output += decoder.decode(chunk, { stream: true });
    }
    if (shown === "at the end") console.log(output);
    const { success } = await child.status;
    const counts = countTestCases(await Deno.readTextFile(report));
    const broken = stripVTControlCharacters(output).match(/^Uncaught error from \S+ FAILED$/gm)?.length ?? 0;
    return { success, counts: { ...counts, failed: counts.failed + broken } };
  } finally {
    await Deno.remove(report);
  }
}

/**
 * Runs everything, each test once, in two processes: what is measured, and the rest. Measured, tests that compute for long take
 * a half longer, and add nothing to the coverage. Both wait for databases and processes most of the time.
 */
async function testEverything(): Promise<TestResult> {
  const folder = await Deno.makeTempDir({ prefix: "denock-coverage-" });
  try {
    const [measured, rest] = await Promise.all([
      test([`--coverage=${folder}`, "--coverage-raw-data-only", ...MEASURED_TESTS], "at the end"),
      test(testTargets().filter((target) => !MEASURED_TESTS.includes(target))),
    ]);
    const counts = {
      passed: measured.counts.passed + rest.counts.passed,
      failed: measured.counts.failed + rest.counts.failed,
      skipped: measured.counts.skipped + rest.counts.skipped,
    };
    if (!measured.success || !rest.success) return { success: false, counts };
    return { success: await isCovered(folder, counts), counts };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Tells how much the tests have reached; where some were skipped, what they would have reached is nobody's fault. */
async function isCovered(folder: string, { skipped }: TestCounts): Promise<boolean> {
  const measured = measureCoverage(await reportCoverage(folder, root), root, COVERAGE_PARTS);
  for (const part of measured) console.log(renderCoverage(part));
  return skipped > 0 || measured.every(isReached);
}

async function runTests(args: readonly string[]): Promise<TestResult> {
  const startedAt = performance.now();
  const everything = args.every((arg) => arg.startsWith("-"));
  console.log("Tests:");
  // A few test files may well need no server; one that does starts its own.
  const servers = everything ? await shareServers() : undefined;
  const result = args.length === 0
    ? await testEverything()
    : await test(everything ? [...args, ...testTargets()] : args);
  await servers?.[Symbol.asyncDispose]();
  console.log(`Tests: ${result.success ? "ok" : "FAILED"} (deno test, ${seconds(startedAt)})`);
  if (result.counts.skipped === 0 || Deno.env.get("CI") !== "true") return result;
  console.log("Tests were skipped, which is a failure with CI=true");
  return { ...result, success: false };
}

async function runGate(): Promise<TestResult> {
  if (Deno.args.length === 0) {
    for (const step of steps()) {
      if (!await passes(step)) return { success: false, counts: nothing };
    }
  }
  return await runTests(Deno.args);
}

const { success, counts } = await runGate();
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
Deno.exit(success ? 0 : 1);
