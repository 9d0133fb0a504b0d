import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { type Mutant, plant } from "../../scripts/mutants/mutant.ts";
import { mutants } from "../../scripts/mutants/mutants.ts";
import { readSourceFiles, ROOT } from "../fixtures/source_files.ts";

const sample: Mutant = {
  name: "a sample",
  file: "src/sample.ts",
  find: "one",
  replace: "two",
  why: "it is a sample",
  caughtBy: { file: "tests/sample_test.ts", test: "it works" },
};

Deno.test("plant() replaces the text, and refuses one that is not there or there twice", () => {
  assertEquals(plant(sample, "only one."), "only two.");
  assertThrows(() => plant(sample, "nothing"), Error, "occurs 0 times in src/sample.ts");
  assertThrows(() => plant(sample, "one and one"), Error, "occurs 2 times");
});

Deno.test("plant() takes the replacement as it is", () => {
  assertEquals(plant({ ...sample, replace: "$& and $1" }, "one"), "$& and $1");
});

Deno.test("Every mutant has a name of its own and changes something", () => {
  assertEquals(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  assertEquals(mutants.filter(({ find, replace }) => find === replace).map(({ name }) => name), []);
  assert(mutants.length >= 16);
});

/** What the tests of a file may be called: their names, and for parts that are put in, anything. */
function namesIn(text: string): RegExp[] {
  const names = text.matchAll(/[tT]est\(\s*(["`])(.*?)\1/g);
  return Array.from(names, ([, , name = ""]) => {
    const parts = name.split(/\$\{.*?\}/).map((part) => RegExp.escape(part));
    return new RegExp(`^${parts.join(".*")}$`);
  });
}

/** The rules of the conformance suite, which are names of tests wherever it is called. */
async function rules(): Promise<string[]> {
  const files = await readSourceFiles("src/testing");
  return files.flatMap(({ text }) => Array.from(text.matchAll(/\brule:\s*"(.*)"/g), ([, rule = ""]) => rule));
}

const conformance = await rules();

for (const mutant of mutants) {
  Deno.test(`The mutant "${mutant.name}" fits its file, and the test that must catch it is there`, async () => {
    plant(mutant, await Deno.readTextFile(join(ROOT, mutant.file)));
    const { file, test } = mutant.caughtBy;
    const text = await Deno.readTextFile(join(ROOT, file));
    const isRule = text.includes("driverConformance") && conformance.some((rule) => test.endsWith(`: ${rule}`));
    assert(isRule || namesIn(text).some((name) => name.test(test)), `There is no test "${test}" in ${file}`);
  });
}
