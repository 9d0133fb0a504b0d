import "./seed.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { checksumOf } from "../../src/change_unit/checksum.ts";
import { parseFileName } from "../../src/change_unit/file_name.ts";
import { firstLine } from "../../src/history/recorded_error.ts";
import { redact } from "../../src/redact.ts";

const RUNS = { numRuns: 1_000 };
const FEWER_RUNS = { numRuns: 300 };

const order = fc.stringMatching(/^\d{1,6}(\.\d{1,3}){0,2}$/);
const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
const ending = fc.constantFrom("ts", "js", "mts", "mjs");

Deno.test("parseFileName() reads back the order and the id that a file name was made of", () => {
  fc.assert(
    fc.property(order, id, ending, (order, id, ending) => {
      const isTest = /(^|_)test$/i.test(id);
      const expected = isTest ? { kind: "ignored" } : { kind: "change", order, id };
      assertEquals(parseFileName(`${order}_${id}.${ending}`) as unknown, expected);
    }),
    RUNS,
  );
});

Deno.test("parseFileName() passes over no script but the known ones, and takes none apart wrongly", () => {
  const part = fc.oneof(
    fc.constantFrom("0001", "1.2", "_", "-", ".", "a", "test", "manifest", ".d", " ", "é"),
    fc.string(),
  );
  const name = fc.tuple(
    fc.array(part, { maxLength: 6 }),
    fc.constantFrom(".ts", ".js", ".mts", ".mjs", ".cts", ".tsx", ".sql", ".undo.sql"),
  )
    .map(([parts, ending]) => parts.join("") + ending);
  fc.assert(
    fc.property(name, (name) => {
      const parsed = parseFileName(name);
      if (parsed.kind === "change") assertEquals(name.startsWith(`${parsed.order}_${parsed.id}.`), true);
      if (parsed.kind === "undo") assertEquals(name, parsed.change.replace(/sql$/, "undo.sql"));
      if (parsed.kind === "invalid") assert(parsed.reason !== "");
      const isKnown = /^[._]|[._]test\.[a-z]+$|\.d\.[cm]?ts$|^manifest\./i.test(name);
      if (parsed.kind === "ignored") assert(isKnown, `"${name}" is passed over`);
    }),
    RUNS,
  );
});

const line = fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n\uFEFF]/g, ""));
const lines = fc.array(line, { minLength: 1, maxLength: 6 });

Deno.test("checksumOf() is the SHA-256 of the text with LF, whatever its line ends and byte order mark", async () => {
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  await fc.assert(
    fc.asyncProperty(lines, fc.infiniteStream(lineEnd), fc.boolean(), async (lines, ends, isMarked) => {
      const [first = "", ...others] = lines;
      // A line of nothing between CR and LF would make one line end of two.
      const end = (others: string[]) => others.includes("") ? "\n" : ends.next().value;
      const text = first + others.map((line) => end(others) + line).join("");
      const expected = createHash("sha256").update(lines.join("\n")).digest("hex");
      assertEquals(await checksumOf((isMarked ? "\uFEFF" : "") + text), `sha256:${expected}`);
    }),
    FEWER_RUNS,
  );
});

Deno.test("checksumOf() tells texts apart", async () => {
  await fc.assert(
    fc.asyncProperty(lines, lines, async (one, other) => {
      const [left, right] = [one.join("\n"), other.join("\n")];
      assertEquals(await checksumOf(left) === await checksumOf(right), left === right);
    }),
    FEWER_RUNS,
  );
});

const SECRET_UNIT = fc.constantFrom(..."abcXYZ019/@:#?&=%{}[]()'\"\\,;.!$*+~^`|<>-_é");
/** Long enough not to be part of anything else by chance. */
const secret = fc.string({ unit: SECRET_UNIT, minLength: 1, maxLength: 12 }).map((text) => `QJ${text}ZV`);
const around = fc.string({ unit: fc.constantFrom(..."ab 01\n\t:/@.,'\"()[]{}é"), maxLength: 20 });
const plain = fc.stringMatching(/^[a-z]{1,6}$/);

/** What must not be read: neither the secret nor most of it. */
function assertHidden(text: string, secret: string): void {
  for (const part of [secret.slice(0, Math.ceil(secret.length * 0.75)), secret.slice(Math.floor(secret.length / 4))]) {
    assert(!text.includes(part), `"${part}" is left in ${JSON.stringify(text)}`);
  }
}

Deno.test("redact() never lets a password of a URL through", () => {
  const scheme = fc.constantFrom("mongodb", "mongodb+srv", "postgres", "mysql", "https");
  fc.assert(
    fc.property(
      around,
      scheme,
      fc.oneof(plain, fc.constant("")),
      secret,
      plain,
      around,
      (before, scheme, user, secret, host, after) => {
        assertHidden(redact(`${before}${scheme}://${user}:${secret}@${host}/shop${after}`), secret);
      },
    ),
    RUNS,
  );
});

Deno.test("redact() never lets a password of several URLs through", () => {
  const between = fc.constantFrom(",", " ", "\n", " and ", ";", '","');
  fc.assert(
    fc.property(fc.array(fc.tuple(secret, between), { minLength: 2, maxLength: 4 }), (urls) => {
      const text = urls.map(([secret, between]) => `mongodb://ann:${secret}@db/shop${between}`).join("");
      for (const [secret] of urls) assertHidden(redact(text), secret);
    }),
    RUNS,
  );
});

Deno.test("redact() never lets a value between braces through, whole or cut off", () => {
  fc.assert(
    fc.property(around, plain, secret, fc.boolean(), around, (before, field, secret, isCutOff, after) => {
      const text = `${before}dup key: { ${field}: "${secret}"${isCutOff ? "" : ` }${after}`}`;
      assertHidden(redact(text), secret);
      assertHidden(firstLine(new Error(text)), secret);
    }),
    RUNS,
  );
});
