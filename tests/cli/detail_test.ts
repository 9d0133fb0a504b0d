import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createTable, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";
import { Terminal } from "./terminal.ts";

const UNITS = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_fill.ts": sqliteUnit("log('filled');"),
};
const FAILING = { "migrations/0001_fail.ts": sqliteUnit('db.exec("INSERT INTO nowhere VALUES (1)");') };

Deno.test("--quiet says nothing when all goes well, and what was asked for when that is a list", async () => {
  await using folder = await WorkFolder.make(UNITS);
  assertEquals(await folder.denock(["migrate", ...SHOP, "--quiet"]), { code: 0, stdout: "", stderr: "" });
  const listed = await folder.denock(["list", ...SHOP, "--quiet"]);
  assertStringIncludes(listed.stdout, "create_users");
  assertEquals(listed.stderr, "");
});

Deno.test("--quiet tells of failures as always", async () => {
  await using folder = await WorkFolder.make(FAILING);
  const { code, stdout, stderr } = await folder.denock(["migrate", ...SHOP, "--quiet"]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "0 executed, 1 failed");
  assertStringIncludes(stderr, "no such table: nowhere");
});

Deno.test("--verbose tells every step", async () => {
  await using folder = await WorkFolder.make(UNITS);
  const { code, stderr } = await folder.denock(["migrate", ...SHOP, "--verbose"]);
  assertEquals(code, 0);
  const steps = [
    "acquired the lock",
    "began MIGRATE as execution ",
    "began 0001_create_users.ts",
    "ended MIGRATE",
    "released the lock",
  ];
  const found = steps.map((step) => stderr.indexOf(step));
  assertEquals(found, found.toSorted((left, right) => left - right), stderr);
  assert(!found.includes(-1), stderr);
});

Deno.test("--verbose shows where an error comes from, frames of Denock included", async () => {
  await using folder = await WorkFolder.make(FAILING);
  const { stderr } = await folder.denock(["migrate", ...SHOP, "--verbose"]);
  assertMatch(stderr, /^ChangeFailedError: .*$/m);
  assertMatch(stderr, /^caused by .*no such table: nowhere$/m);
  assertMatch(stderr, /^ +at .*0001_fail\.ts:\d+:\d+/m);
});

Deno.test("--quiet and --verbose exclude each other", async () => {
  await using folder = await WorkFolder.make();
  const { code, stderr } = await folder.denock(["list", ...SHOP, "--quiet", "--verbose"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "quiet and verbose");
});

Deno.test("On a terminal the change unit at work shows with its time and what it reports, and leaves nothing behind", async () => {
  const wait = "await new Promise((resolve) => setTimeout(resolve, 900));";
  await using folder = await WorkFolder.make({
    "migrations/0001_backfill.ts": `export async function execution({ progress }: any) {
      progress(3, 10); ${wait}
    }
    export const irreversible = "it only waits";`,
  });
  const terminal = new Terminal(folder, ["migrate", ...SHOP]);
  await terminal.see("running 0001_backfill.ts");
  await terminal.see("so far, 3 of 10");
  const { code, screen } = await terminal.finish();
  assertEquals(code, 0);
  assertStringIncludes(screen, "\r\x1b[Kexecuted 0001_backfill.ts");
});

Deno.test("In a log there are no control characters, and progress stands in lines", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_backfill.ts": `export function execution({ progress }: any) { progress(3, 10); }
    export const irreversible = "it does nothing";`,
  });
  const { stdout, stderr } = await folder.denock(["migrate", ...SHOP]);
  assertStringIncludes(stderr, "progress 0001_backfill.ts: 3 of 10\n");
  // deno-lint-ignore no-control-regex -- they are what is looked for
  assert(!/[\x00-\x09\x0b-\x1f\x7f]/.test(stdout + stderr));
});
