import { assertEquals } from "@std/assert";
import { LockLostError } from "../../src/errors.ts";
import { firstLine, recordError } from "../../src/history/recorded_error.ts";

class DuplicateKeyError extends Error {
  override name = "DuplicateKeyError";
  code: unknown = 11000;
}

Deno.test("recordError() keeps the class, the code and the message", () => {
  const error = new DuplicateKeyError('E11000 dup key: { email: "ann@example.org" }');
  assertEquals(recordError(error), { name: "DuplicateKeyError", code: "11000", message: "E11000 dup key: {…}" });
  assertEquals(recordError(new LockLostError("gone")), { name: "LockLostError", code: "LOCK_LOST", message: "gone" });
});

const codes: [code: unknown, expected: string | null][] = [
  ["23505", "23505"],
  [0, "0"],
  ["", ""],
  [undefined, null],
  [null, null],
  [{ secret: "hunter2" }, null],
  [["hunter2"], null],
];

for (const [code, expected] of codes) {
  Deno.test(`recordError() records the code ${JSON.stringify(code)} as ${JSON.stringify(expected)}`, () => {
    const error = Object.assign(new DuplicateKeyError("no"), { code });
    assertEquals(recordError(error).code, expected);
  });
}

const thrown: [what: string, value: unknown, name: string, message: string][] = [
  ["a text", "no", "string", "no"],
  ["undefined", undefined, "undefined", "undefined"],
  ["null", null, "object", "null"],
  ["an object", { secret: "hunter2" }, "object", "[object Object]"],
  ["an error without a message", new TypeError(), "TypeError", ""],
];

for (const [what, value, name, message] of thrown) {
  Deno.test(`recordError() records ${what} that was thrown`, () => {
    assertEquals(recordError(value), { name, code: null, message });
  });
}

Deno.test("recordError() records the error of a rollback behind the first one", () => {
  assertEquals(recordError(new TypeError("first\nmore"), new RangeError("a://b:hunter2@c\nmore")), {
    name: "TypeError",
    code: null,
    message: "first (its rollback failed as well: a://***@c)",
  });
});

Deno.test("recordError() does not keep the cause and the stack", () => {
  const error = new Error("no", { cause: new Error("hunter2") });
  assertEquals(Object.keys(recordError(error)).toSorted(), ["code", "message", "name"]);
});

const lines: [message: string, expected: string][] = [
  ["one\ntwo", "one"],
  ["one\r\ntwo", "one"],
  ["\ntwo", ""],
  ["", ""],
  ["one", "one"],
];

for (const [message, expected] of lines) {
  Deno.test(`firstLine() gives ${JSON.stringify(expected)} of ${JSON.stringify(message)}`, () => {
    assertEquals(firstLine(new Error(message)), expected);
  });
}

Deno.test("firstLine() leaves nothing of braces that end in a later line", () => {
  const line = firstLine(new Error('dup key: { email: "hunter2",\n  name: "Ann" }'));
  assertEquals(line.includes("hunter2"), false, line);
});

Deno.test("firstLine() gives at most 500 letters, and does not cut before secrets are out", () => {
  assertEquals(firstLine(new Error("a ".repeat(2_000))).length, 500);
  const cutInside = `${"a ".repeat(240)}a://ann:${"hunter2".repeat(10)}@db`;
  assertEquals(firstLine(new Error(cutInside)).includes("hunter2"), false);
});
