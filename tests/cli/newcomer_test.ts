import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createTable, WorkFolder } from "./denock.ts";
import { answer, Terminal } from "./terminal.ts";

/** Runs a command on a terminal, with colours, and gives what stands on the screen. */
async function seen(folder: WorkFolder, ...args: string[]): Promise<string> {
  const { code, screen } = await new Terminal(folder, args, { env: { NO_COLOR: "" } }).finish();
  assertEquals(code, 0, screen);
  return screen;
}

const GREEN_EXECUTED = "\x1b[32mEXECUTED\x1b[39m";

Deno.test("A newcomer on a terminal gets from an empty folder to a change that is applied, undone and checked", async () => {
  await using folder = await WorkFolder.make();
  assertStringIncludes(await seen(folder, "init", "--database", "sqlite:./shop.db"), "created denock.config.ts");
  await folder.write("migrations/0001_first_change.ts", createTable("users"));
  assertStringIncludes(await seen(folder, "create", "add orders"), "Created: migrations/0002_add_orders.ts");
  await folder.write("migrations/0002_add_orders.ts", createTable("orders"));
  assertStringIncludes(await seen(folder, "plan"), "2 to run, 0 done, 0 skipped");
  const migrated = await seen(folder, "migrate");
  assertMatch(migrated, /executed\S* 0001_first_change\.ts/);
  assertStringIncludes(migrated, "2 executed, 0 failed, 0 skipped, 0 pending");
  assertEquals((await seen(folder, "list")).split(GREEN_EXECUTED).length - 1, 2);
  const undone = await answer(folder, ["undo", "--count", "1"], "y\n");
  assertEquals(undone.code, 0, undone.screen);
  assertStringIncludes(undone.screen, "1 undone, 0 failed, 0 left");
  assertStringIncludes(await seen(folder, "validate"), "2 change units, 1 executed, 1 pending");
});
