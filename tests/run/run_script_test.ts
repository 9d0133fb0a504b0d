import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ScriptError } from "../../mod.ts";
import { runScript } from "../../src/run/run_script.ts";

const SCRIPT = { file: "0001_a.sql", line: 5, text: "CREATE TABLE a (b);\n\nSELEKT 1;\n" };

/** A driver that answers scripts with an error. */
const failingWith = (error: unknown) => ({ name: "a database", runScript: () => Promise.reject(error) });

Deno.test("runScript() hands the context and the text on", async () => {
  const given = {};
  let seen: unknown[] = [];
  await runScript(
    {
      name: "a database",
      runScript(...received) {
        seen = received;
        return Promise.resolve();
      },
    },
    given,
    SCRIPT,
  );
  assertStrictEquals(seen[0], given);
  assertEquals(seen[1], SCRIPT.text);
});

const places: [offset: number, line: number][] = [[0, 5], [19, 5], [20, 6], [21, 7], [30, 7], [SCRIPT.text.length, 8]];

for (const [offset, line] of places) {
  Deno.test(`runScript() makes line ${line} of the file out of the offset ${offset} in the script`, async () => {
    const cause = Object.assign(new Error("syntax error"), { code: "42601" });
    const failing = failingWith(new ScriptError("syntax error", offset, { cause }));
    const error = await assertRejects(() => runScript(failing, {}, SCRIPT), ScriptError);
    assertEquals(error.message, `0001_a.sql, line ${line}: syntax error`);
    assertStrictEquals(error.cause, cause);
    assertEquals([error.name, error.code], ["ScriptError", "42601"]);
  });
}

Deno.test("runScript() leaves an error without a place as it is", async () => {
  const error = new Error("no such table");
  assertStrictEquals(await assertRejects(() => runScript(failingWith(error), {}, SCRIPT)), error);
});

Deno.test("runScript() refuses a driver without SQL, naming the file", async () => {
  const error = await assertRejects(() => runScript({ name: "a database" }, {}, SCRIPT), TypeError);
  assert(error.message.includes("0001_a.sql") && error.message.includes("a database"), error.message);
});
