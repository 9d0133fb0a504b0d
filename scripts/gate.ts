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
 * With `CI=true` a skipped test fails the gate.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { countTestCases, type TestCounts } from "./junit_counts.ts";
import type { MongodbProcess } from "./mongodb_process.ts";
import { startReplicaSet } from "./mongodb_replica_set.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const nothing: TestCounts = { passed: 0, failed: 0, skipped: 0 };

type Step = readonly [name: string, ...args: string[]];

function steps(): Step[] {
  const { exports } = JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
  // The types of a user's client are documented by its own package: this import map leaves them out.
  const documentation = ["doc", "--import-map", "scripts/documentation_imports.json", "--lint"] as const;
  return [
    ["Format", "fmt", "--check"],
    ["Lint", "lint"],
    ["Types", "check", "."],
    ["Documentation", ...documentation, ...Object.values<string>(exports)],
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

/** Everything that holds tests or examples and is there. */
function testTargets(): string[] {
  return ["mod.ts", "src", "tests", "README.md", "docs"].filter((name) => {
    try {
      return Deno.statSync(join(root, name)) !== undefined;
    } catch {
      return false;
    }
  });
}

/** One replica set for all test files; without one they skip or fail themselves, and say why. */
async function shareMongodb(): Promise<MongodbProcess | undefined> {
  if (Deno.env.get("MONGODB_URI")) return undefined;
  try {
    const server = await startReplicaSet();
    Deno.env.set("MONGODB_URI", server.uri);
    return server;
  } catch (error) {
    Deno.env.set("DENOCK_NO_MONGODB", error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Runs the tests, showing their output as it comes. */
async function test(args: readonly string[]): Promise<{ readonly success: boolean; readonly counts: TestCounts }> {
  const report = await Deno.makeTempFile({ prefix: "denock-tests-", suffix: ".xml" });
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--doc", `--junit-path=${report}`, ...args],
      cwd: root,
      stdout: "piped",
    }).spawn();
    let output = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      await Deno.stdout.write(chunk);
      output += decoder.decode(chunk, { stream: true });
    }
    const { success } = await child.status;
    const counts = countTestCases(await Deno.readTextFile(report));
    const broken = stripVTControlCharacters(output).match(/^Uncaught error from \S+ FAILED$/gm)?.length ?? 0;
    return { success, counts: { ...counts, failed: counts.failed + broken } };
  } finally {
    await Deno.remove(report);
  }
}

async function runTests(args: readonly string[]): Promise<{ readonly success: boolean; readonly counts: TestCounts }> {
  const startedAt = performance.now();
  const everything = args.every((arg) => arg.startsWith("-"));
  console.log("Tests:");
  // A few test files may well need no server; one that does starts its own.
  const server = everything ? await shareMongodb() : undefined;
  const result = await test(everything ? [...args, ...testTargets()] : args);
  await server?.stop();
  console.log(`Tests: ${result.success ? "ok" : "FAILED"} (deno test, ${seconds(startedAt)})`);
  if (result.counts.skipped === 0 || Deno.env.get("CI") !== "true") return result;
  console.log("Tests were skipped, which is a failure with CI=true");
  return { ...result, success: false };
}

async function runGate(): Promise<{ readonly success: boolean; readonly counts: TestCounts }> {
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
