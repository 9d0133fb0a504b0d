/**
 * Plants known bugs, one at a time, in a copy of the working tree, and runs for each the test that must find it. Ends with 1
 * when one survives. `deno task mutants`, `deno task mutants --only "release without owner"`.
 *
 * @module
 */

import { Command } from "commander";
import { mutants } from "./mutants/mutants.ts";
import { type Mutant, plant } from "./mutants/mutant.ts";
import { runTests } from "./mutants/run_test.ts";
import { WorkingCopy } from "./mutants/working_copy.ts";
import { shareServers } from "./shared_servers.ts";

/** Long enough for a busy machine; a mutant may well make a test wait for ever. In milliseconds. */
const LIMIT_MS = 60_000;

interface Verdict {
  readonly mutant: Mutant;
  readonly isCaught: boolean;
  readonly text: string;
}

/** With the tree as it is every test that is named must pass, or its failure would prove nothing. */
async function checkTests(copy: WorkingCopy, chosen: readonly Mutant[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [file, some] of Map.groupBy(chosen, ({ caughtBy }) => caughtBy.file)) {
    const tests = [...new Set(some.map(({ caughtBy }) => caughtBy.test))];
    const ends = await runTests({ folder: copy.path, file, tests, limitMs: LIMIT_MS });
    for (const [test, end] of ends) if (end !== "passed") wrong.push(`${file}: "${test}" ${end} without any mutant`);
  }
  return wrong;
}

async function judge(copy: WorkingCopy, mutant: Mutant): Promise<Verdict> {
  const { file, test } = mutant.caughtBy;
  const text = await copy.readText(mutant.file);
  await copy.write(mutant.file, plant(mutant, text));
  try {
    const end = (await runTests({ folder: copy.path, file, tests: [test], limitMs: LIMIT_MS })).get(test);
    if (end === "failed") return { mutant, isCaught: true, text: `caught by ${test}` };
    if (end === "timed out") return { mutant, isCaught: true, text: `caught by ${test} (time-out)` };
    return { mutant, isCaught: false, text: end === "missing" ? `SURVIVED: no test ran in ${file}` : "SURVIVED" };
  } finally {
    await copy.write(mutant.file, text);
  }
}

function choose(only: readonly string[] | undefined): readonly Mutant[] {
  if (only === undefined) return mutants;
  for (const name of only) {
    if (mutants.every((mutant) => mutant.name !== name)) {
      throw new Error(`There is no mutant "${name}"; there are ${mutants.map((each) => `"${each.name}"`).join(", ")}`);
    }
  }
  return mutants.filter(({ name }) => only.includes(name));
}

async function main({ only }: { readonly only?: readonly string[] }): Promise<boolean> {
  const chosen = choose(only);
  await using copy = await WorkingCopy.make();
  await using _ = await shareServersFor(chosen);
  const wrong = await checkTests(copy, chosen);
  for (const line of wrong) console.log(line);
  if (wrong.length > 0) return false;
  const verdicts: Verdict[] = [];
  for (const [index, mutant] of chosen.entries()) {
    const startedAt = performance.now();
    const verdict = await judge(copy, mutant);
    verdicts.push(verdict);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      `${index + 1}/${chosen.length} ${mutant.name}: ${verdict.isCaught ? "caught" : "SURVIVED"} (${seconds} s)`,
    );
  }
  printTable(verdicts);
  return verdicts.every(({ isCaught }) => isCaught);
}

/** One server of a kind for all runs; a test file that is run by itself would start its own. */
async function shareServersFor(chosen: readonly Mutant[]): Promise<AsyncDisposable> {
  const isNeeded = chosen.some(({ caughtBy }) => /\/(mongodb|postgres|mysql)\//.test(caughtBy.file));
  return isNeeded ? await shareServers() : { [Symbol.asyncDispose]: () => Promise.resolve() };
}

function printTable(verdicts: readonly Verdict[]): void {
  const width = Math.max(...verdicts.map(({ mutant }) => mutant.name.length));
  console.log("");
  for (const { mutant, text } of verdicts) console.log(`${mutant.name.padEnd(width)}  ${text}`);
  const survived = verdicts.filter(({ isCaught }) => !isCaught).length;
  console.log(`${verdicts.length - survived} of ${verdicts.length} caught`);
}

const program = new Command("mutants")
  .description("Plant known bugs in a copy of the tree, and see whether the tests find them.")
  .option("--only <name...>", "only the mutants with these names");
program.parse(Deno.args, { from: "user" });
Deno.exit(await main(program.opts()) ? 0 : 1);
