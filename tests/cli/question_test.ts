import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createTable, documentOf, SHOP, WorkFolder } from "./denock.ts";
import { answer, Terminal } from "./terminal.ts";

const TWO = {
  "migrations/0001_create_users.ts": createTable("users"),
  "migrations/0002_create_orders.ts": createTable("orders"),
};

async function migrated(): Promise<WorkFolder> {
  const folder = await WorkFolder.make(TWO);
  const { code, stderr } = await folder.denock(["migrate", ...SHOP]);
  assertEquals(code, 0, stderr);
  return folder;
}

async function states(folder: WorkFolder): Promise<string[]> {
  const { changes } = documentOf(await folder.denock(["list", "--json", ...SHOP]));
  return changes.map(({ state }: { readonly state: string }) => state);
}

Deno.test("denock undo on a terminal shows the plan, asks, and undoes after y and yes in any case", async () => {
  for (const typed of ["y\n", "YES\n"]) {
    await using folder = await migrated();
    const { code, screen } = await answer(folder, ["undo", "--count", "1", ...SHOP], typed);
    assertEquals(code, 0, screen);
    assertMatch(screen, /^0002 +create_orders +default-author +undo +executed$/m);
    assertMatch(screen, /\n1 to undo\nShall 1 change unit be undone\? \[y\/N\] /);
    assertMatch(screen, /\n1 undone, 0 failed, 0 left\n/);
    assertEquals(await states(folder), ["EXECUTED", "ROLLED_BACK"]);
  }
});

Deno.test("denock undo on a terminal undoes nothing after any other answer, and exits with 130", async () => {
  await using folder = await migrated();
  for (const typed of ["n\n", "\n", "yesterday\n", "\x04"]) {
    const { code, screen } = await answer(folder, ["undo", "--all", ...SHOP], typed);
    assertEquals(code, 130, screen);
    assertMatch(screen, /\nerror INTERRUPTED: It ends here, .*\n {2}Nothing was undone\n/);
  }
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED"]);
});

Deno.test("denock undo on a terminal ends for Ctrl+C instead of an answer, on a line of its own", async () => {
  await using folder = await migrated();
  const { code, screen } = await answer(folder, ["undo", "--all", ...SHOP], "\x03");
  assertEquals(code, 130, screen);
  assertMatch(screen, /\[y\/N\] (\^C)?\nSIGINT: ending in good order/);
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED"]);
});

Deno.test("denock undo --json asks on stderr, and prints one document on stdout whatever the answer is", async () => {
  await using folder = await migrated();
  const outcomes: unknown[] = [];
  for (const typed of ["n\n", "y\n"]) {
    const { screen } = await answer(folder, ["undo", "--all", "--json", ...SHOP], typed, { stdout: "out.json" });
    assertStringIncludes(screen, "2 to undo\nShall 2 change units be undone? [y/N] ");
    const { command, outcome, error } = JSON.parse(await Deno.readTextFile(`${folder.path}/out.json`));
    outcomes.push([command, outcome, error?.code]);
  }
  assertEquals(outcomes, [["undo", "interrupted", "INTERRUPTED"], ["undo", "undone", undefined]]);
});

Deno.test("denock undo on a terminal asks nothing when there is nothing to undo, or nothing that can be", async () => {
  await using empty = await WorkFolder.make(TWO);
  const nothing = await new Terminal(empty, ["undo", "--all", ...SHOP]).finish();
  assertEquals(nothing.code, 0, nothing.screen);
  assertStringIncludes(nothing.screen, "There is nothing to undo");
  assert(!nothing.screen.includes("[y/N]"));

  await using folder = await migrated();
  await folder.write("migrations/0002_create_orders.ts", createTable("edited"));
  const refused = await new Terminal(folder, ["undo", "--all", ...SHOP]).finish();
  assertEquals(refused.code, 3, refused.screen);
  assertStringIncludes(refused.screen, "error CHANGE_EDITED");
  assert(!refused.screen.includes("[y/N]"));
});

Deno.test("denock undo undoes nothing when what was shown is not what would be undone any more", async () => {
  await using folder = await migrated();
  const terminal = new Terminal(folder, ["undo", "--count", "1", ...SHOP]);
  await terminal.see("[y/N] ");
  await folder.write("migrations/0003_create_carts.ts", createTable("carts"));
  assertEquals((await folder.denock(["migrate", ...SHOP])).code, 0);
  await terminal.type("y\n");
  const { code, screen } = await terminal.finish();
  assertEquals(code, 3, screen);
  assertStringIncludes(screen, "While the question stood, somebody else has changed the history");
  assertStringIncludes(screen, "denock plan --undo --count 1");
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED", "EXECUTED"]);
});

Deno.test("denock repair and denock baseline on a terminal show what they will record, and ask", async () => {
  await using folder = await migrated();
  const repair = ["repair", "--rolled-back", "create_orders", "--reason", "dropped by hand", "--by", "ann", ...SHOP];
  const declined = await answer(folder, repair, "n\n");
  assertEquals(declined.code, 130, declined.screen);
  assertMatch(declined.screen, /^0002 +create_orders +default-author +EXECUTED +ROLLED_BACK +marked as rolled back$/m);
  assertStringIncludes(declined.screen, "\nsays ann: dropped by hand\nShall 1 change unit be recorded? [y/N] ");
  assertStringIncludes(declined.screen, "Nothing was recorded");
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED"]);
  assertEquals((await answer(folder, repair, "y\n")).code, 0);
  assertEquals(await states(folder), ["EXECUTED", "ROLLED_BACK"]);

  const baseline = ["baseline", "--to", "create_orders", "--reason", "it is there", "--by", "bo", ...SHOP];
  const recorded = await answer(folder, baseline, "y\n");
  assertEquals(recorded.code, 0, recorded.screen);
  assertMatch(recorded.screen, /^0002 +create_orders +default-author +ROLLED_BACK +EXECUTED +part of the baseline$/m);
  assertEquals(await states(folder), ["EXECUTED", "EXECUTED"]);
});

Deno.test("denock with --yes asks nothing on a terminal either, and paints there", async () => {
  await using folder = await migrated();
  const { code, screen } = await new Terminal(folder, ["undo", "--all", "--yes", ...SHOP], { env: { NO_COLOR: "" } })
    .finish();
  assertEquals(code, 0, screen);
  assert(!screen.includes("[y/N]"));
  assertStringIncludes(screen, "\x1b[32mundone\x1b[39m 0002_create_orders.ts");
});
