import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createTable, documentOf, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";

const COMMENT = ["--reason", "looked at the data", "--by", "ann", "--yes"];

const TWO = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

/** A change unit of which nobody knows what is left. */
const HALF = sqliteUnit('throw new Error("one");', 'throw new Error("two");', "export const transactional = false;");

async function states(folder: WorkFolder): Promise<string[]> {
  const { changes } = documentOf(await folder.denock(["list", "--json", ...SHOP]));
  return changes.map(({ state }: { readonly state: string }) => state);
}

Deno.test("denock repair records several outcomes at once, with who says so and why", async () => {
  await using folder = await WorkFolder.make({ ...TWO, "migrations/0003_half.ts": HALF });
  await folder.denock(["migrate", ...SHOP]);
  await folder.write("migrations/0001_create_users.ts", createTable("users", "// edited"));
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED", "ROLLBACK_FAILED"]);
  const repairs = ["--executed", "half", "--rolled-back", "create_orders", "--accept", "create_users"];
  const { code, stdout, stderr } = await folder.denock(["repair", ...repairs, ...COMMENT, ...SHOP]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^recorded 0003_half\.ts\nrecorded 0002_create_orders\.ts\nrecorded 0001_create_users\.ts$/m);
  assertMatch(stdout, /^0001 .* EXECUTED\n0002 .* ROLLED_BACK\n0003 .* EXECUTED\n\n3 recorded, 0 failed, 0 left\n$/m);
  assertEquals(await states(folder), ["EXECUTED", "ROLLED_BACK", "EXECUTED"]);
  assertEquals((await folder.denock(["validate", ...SHOP])).code, 0);
  const { executions } = documentOf(await folder.denock(["history", "--limit", "1", "--json", ...SHOP]));
  assertEquals(executions[0].operation, "REPAIR");
  assertEquals(executions[0].comment, { by: "ann", reason: "looked at the data" });
});

Deno.test("denock repair --json prints one document with the report", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  const args = ["repair", "--rolled-back", "create_users", "--rolled-back=create_orders", ...COMMENT, "--json"];
  const { command, outcome, report } = documentOf(await folder.denock([...args, ...SHOP]));
  assertEquals([command, outcome, report.operation, report.executed.length], ["repair", "recorded", "REPAIR", 2]);
});

Deno.test("denock repair --author says whose change unit it is", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  const repair = ["repair", "--rolled-back", "create_users", ...COMMENT];
  const wrong = await folder.denock([...repair, "--author", "bo", ...SHOP]);
  assertEquals(wrong.code, 3);
  assertStringIncludes(wrong.stderr, "error TARGET_UNKNOWN");
  assertEquals((await folder.denock([...repair, "--author", "default-author", ...SHOP])).code, 0);
});

Deno.test("denock repair exits with 3 for what does not fit, records nothing then, and shows where to look", async () => {
  await using folder = await WorkFolder.make(TWO);
  await folder.denock(["migrate", ...SHOP]);
  const repairs = ["--rolled-back", "create_orders", "--executed", "create_users"];
  const { code, stdout, stderr } = await folder.denock(["repair", ...repairs, ...COMMENT, ...SHOP]);
  assertEquals([code, stdout], [3, ""]);
  assertStringIncludes(stderr, 'error REPAIR_IMPOSSIBLE: "0001_create_users.ts" cannot be repaired like that');
  assertStringIncludes(stderr, "denock list --database sqlite:./shop.db\n");
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED"]);
});

Deno.test("denock repair and denock baseline refuse with 2 what is not said completely", async () => {
  await using folder = await WorkFolder.make(TWO);
  const cases: [args: string[], expected: string][] = [
    [["repair", "--executed", "create_users", "--yes"], "There is no reason"],
    [["repair", "--executed", "create_users", "--reason", " ", "--yes"], "The option --reason needs a value"],
    [["repair", "--reason", "why", "--yes"], "Nothing says what became of which change unit"],
    [["repair", "--executed", "a", "--rolled-back", "a", "--reason", "why"], "The change unit a is named twice"],
    [["repair", "--executed", "create_users", "--reason", "why"], "there is no terminal to ask on"],
    [["repair", "--executed", "create_users", "--to", "x"], "The option --to belongs to "],
    [["baseline", "--to", "create_users", "--yes"], "There is no reason"],
    [["baseline", "--reason", "why", "--yes"], "Nothing says which change unit is the last"],
    [["baseline", "--to", "create_users", "--reason", "why"], "there is no terminal to ask on"],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await folder.denock([...args, ...SHOP]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, expected);
  }
  assertEquals(await folder.has("shop.db"), false);
});

Deno.test("denock baseline keeps no password in the history that somebody has put into the reason", async () => {
  await using folder = await WorkFolder.make(TWO);
  const reason = ["--reason", "copied from mongodb://ann:canary@db/shop", "--by", "ann", "--yes"];
  assertEquals((await folder.denock(["baseline", "--to", "create_users", ...reason, ...SHOP])).code, 0);
  assert(!new TextDecoder().decode(await Deno.readFile(`${folder.path}/shop.db`)).includes("canary"));
  const { stdout } = await folder.denock(["history", ...SHOP]);
  assertStringIncludes(stdout, "  ann: copied from mongodb://***@db/shop\n");
});

Deno.test("denock repair names who asks for it out of the environment, else by the host, else wants a name", async () => {
  await using folder = await WorkFolder.make(TWO);
  const args = ["baseline", "--to", "create_users", "--reason", "why", "--yes", ...SHOP];
  const none = ["--allow-read", "--allow-write"];
  const nobody = await folder.denock(args, { deno: none });
  assertEquals(nobody.code, 2);
  assertStringIncludes(nobody.stderr, "--by ann");
  const people: unknown[] = [];
  for (
    const options of [
      { env: { USER: "eve", USERNAME: "ann" } },
      { env: { USER: "", USERNAME: "ann" } },
      { env: { USER: "eve" }, deno: [...none, "--allow-sys=hostname"] },
    ]
  ) {
    const { code, stderr } = await folder.denock(args, options);
    assertEquals(code, 0, stderr);
    const { executions } = documentOf(await folder.denock(["history", "--json", "--limit", "1", ...SHOP]));
    people.push(executions[0].comment.by);
    await folder.denock(["repair", "--rolled-back", "create_users", "--reason", "again", "--yes", ...SHOP]);
  }
  assertEquals(people, ["eve", "ann", Deno.hostname()]);
});

Deno.test("denock baseline records everything up to a change unit as executed, and runs nothing", async () => {
  await using folder = await WorkFolder.make({
    ...TWO,
    "migrations/0001_create_users.ts": sqliteUnit('throw new Error("it must not run");'),
  });
  const args = ["baseline", "--to", "create_users", ...COMMENT];
  const { code, stdout, stderr } = await folder.denock([...args, ...SHOP]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^0001 +create_users +default-author +EXECUTED\n\n1 recorded, 0 failed, 0 left\n$/m);
  assertEquals(await states(folder), ["EXECUTED", "PENDING"]);
  const again = await folder.denock([...args, ...SHOP]);
  const nothing = "There is nothing to record: everything up to create_users is executed already\n";
  assertEquals([again.code, again.stdout], [0, nothing]);
  assertEquals(documentOf(await folder.denock([...args, "--json", ...SHOP])).outcome, "nothing to record");
  const migrate = await folder.denock(["migrate", ...SHOP]);
  assert(migrate.stdout.includes("1 executed"), migrate.stderr);
});
