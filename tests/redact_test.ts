import { assertEquals, assertLess } from "@std/assert";
import { redact, redactUrls } from "../src/redact.ts";

const SECRET = "hunter2";

/** Texts without their secret; `***` and `{…}` stand where it was. */
const redacted: [what: string, text: string, expected: string][] = [
  ["a password in a URL", `mongodb://ann:${SECRET}@db.local/shop`, "mongodb://***@db.local/shop"],
  ["a password with a scheme of two parts", `mongodb+srv://ann:${SECRET}@db.local`, "mongodb+srv://***@db.local"],
  ["a user name alone", `https://${SECRET}@db.local`, "https://***@db.local"],
  ["a password without a user name", `redis://:${SECRET}@db.local`, "redis://***@db.local"],
  ["a password with a percent sign", `mysql://ann:a%40${SECRET}@db.local`, "mysql://***@db.local"],
  ["a password with an at sign", `mysql://ann:a@${SECRET}@db.local/shop`, "mysql://***@db.local/shop"],
  ["a password with a colon", `mysql://ann:a:${SECRET}@db.local/shop`, "mysql://***@db.local/shop"],
  ["a password in an upper-case URL", `MONGODB://ANN:${SECRET}@DB`, "MONGODB://***@DB"],
  ["several hosts", `mongodb://ann:${SECRET}@one:1,two:2/shop`, "mongodb://***@one:1,two:2/shop"],
  ["two URLs", `from a://b:${SECRET}@c to d://e:${SECRET}@f.`, "from a://***@c to d://***@f."],
  ["a URL in quotes", `"a://b:${SECRET}@c", 'a://b:${SECRET}@c'`, `"a://***@c", 'a://***@c'`],
  ["a login without a scheme", `cannot log in ann:${SECRET}@db.local/shop`, "cannot log in ***@db.local/shop"],
  ["a login in quotes", `("ann:a@${SECRET}@db.local")`, `("***@db.local")`],
  [
    "a password among options",
    `mongodb://db/shop?tlsCertificateKeyFilePassword=${SECRET}&w=1`,
    "mongodb://db/shop?tlsCertificateKeyFilePassword=***&w=1",
  ],
  [
    "a token among options",
    `mongodb://db/?authMechanismProperties=A:b,AWS_SESSION_TOKEN:${SECRET},C:d`,
    "mongodb://db/?authMechanismProperties=A:b,AWS_SESSION_TOKEN:***,C:d",
  ],
  ["a value that is no number", `Failed to parse number '${SECRET}' in $convert`, "Failed to parse number '…'"],
  ["a value that is no date", `Error parsing date string '${SECRET}'; 0: '${SECRET}'`, "Error parsing date string '…'"],
  [
    "what is no JSON",
    `Unexpected token 'h', "${SECRET}" is not valid JSON`,
    `Unexpected token 'h', "…" is not valid JSON`,
  ],
  [
    "what is no JSON and holds quotes",
    `Expected ',', ..."a": "${SECRET}"... is not valid JSON`,
    `Expected ',', ..."…" is not valid JSON`,
  ],
  [
    "all but the names of what is not allowed",
    `not authorized on shop to execute command { find: "users", filter: { email: "${SECRET}" } }`,
    'not authorized on shop to execute command find "users" {…}',
  ],
  [
    "a key that is there already",
    `Duplicate entry '${SECRET}'s' for key 'users.email'`,
    "Duplicate entry '…' for key 'users.email'",
  ],
  [
    "a value of the wrong type",
    `Incorrect integer value: '${SECRET}' for column \`shop\`.\`users\`.\`n\` at row 1`,
    "Incorrect integer value: '…' for column `shop`.`users`.`n` at row 1",
  ],
  [
    "a value that is no number of a type",
    `invalid input syntax for type double precision: "${SECRET}"`,
    'invalid input syntax for type double precision: "…"',
  ],
  [
    "a value that is none of a list",
    `invalid input value for enum mood: "${SECRET}"`,
    'invalid input value for enum mood: "…"',
  ],
  [
    "a number that is too large",
    `value "${SECRET}" is out of range for type integer`,
    'value "…" is out of range for type integer',
  ],
  ["a date that is none", `date/time field value out of range: "${SECRET}"`, 'date/time field value out of range: "…"'],
  ["a value in quotes that was cut off", `Incorrect integer value: '${SECRET}`, "Incorrect integer value: '…"],
  ["a value in braces", `dup key: { email: "${SECRET}" }`, "dup key: {…}"],
  ["two values in braces", `{ a: "${SECRET}" } and { b: "${SECRET}" }`, "{…}"],
  ["a value that holds a brace", `dup key: { a: "} ${SECRET}" } again`, "dup key: {…}"],
  ["a value that holds a brace and was cut off", `dup key: { a: "x}${SECRET}`, "dup key: {…}"],
  ["a value that was cut off", `dup key: { a: "${SECRET}`, "dup key: {…}"],
  ["braces over several lines", `dup key: {\n  email: "${SECRET}",\n}\nat index 0`, "dup key: {…}"],
];

for (const [what, text, expected] of redacted) {
  Deno.test(`redact() takes out ${what}`, () => {
    assertEquals(redact(text), expected);
  });
}

/** Texts that may look however they like, as long as nobody can read the secret. */
const nested: [what: string, text: string][] = [
  ["nested braces, before the inner ones", `{ a: "${SECRET}", b: { c: 1 } }`],
  ["nested braces, inside the inner ones", `{ b: { c: "${SECRET}" } }`],
  ["nested braces, behind the inner ones", `{ b: { c: 1 }, a: "${SECRET}" }`],
  ["braces three deep", `{ a: { b: { c: 1 }, d: "${SECRET}" } }`],
  ["nested braces over several lines", `{\n  b: { c: 1 },\n  a: "${SECRET}"\n}`],
  ["a password with a slash", `mongodb://ann:a/${SECRET}@db.local/shop`],
  ["a password with a quote", `mongodb://ann:a'${SECRET}@db.local/shop`],
];

for (const [what, text] of nested) {
  Deno.test(`redact() leaves nothing of ${what}`, () => {
    assertEquals(redact(text).includes(SECRET), false, redact(text));
  });
}

const untouched = [
  'the value "one" is none of "two" and "three"',
  'relation "users" already exists',
  "permission denied for table users",
  "",
  "E11000 duplicate key error",
  "mongodb://db.local:27017/shop?replicaSet=rs0",
  "mail ann@example.org",
  "mailto:ann@example.org",
  "npm:mongodb@^7.9.0 and jsr:@std/path@^1 and npm:@scope/name@1.2.3",
  "https://jsr.io/@std/assert",
  "file:///srv/shop/migrations/0001_create_users.ts",
  "[1, 2] (three) <four>",
];

for (const text of untouched) {
  Deno.test(`redact() leaves "${text}" as it is`, () => {
    assertEquals(redact(text), text);
  });
}

Deno.test("redactUrls() leaves braces alone", () => {
  assertEquals(redactUrls("a://b:c@d { e: 1 }"), "a://***@d { e: 1 }");
});

for (
  const part of [
    "a",
    "{",
    "}",
    "{}",
    "a://",
    "@",
    "a:b@",
    "parse ",
    "parse",
    '"',
    "?token",
    "?",
    "?token=",
    'value "',
    "Duplicate entry '",
    "value: '",
    "for enum ",
  ]
) {
  Deno.test(`redact() is quick about a long text of "${part}"`, () => {
    const text = `${part.repeat(50_000)} a://b:${SECRET}@c`;
    const startedAt = performance.now();
    assertEquals(redact(text).includes(SECRET), false);
    assertLess(performance.now() - startedAt, 1_000);
  });
}
