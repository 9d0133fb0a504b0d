import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openDatabase } from "../../src/drivers/sqlite/mod.ts";
import { createTable, documentOf, SHOP, sqliteUnit, WorkFolder } from "./denock.ts";

/** Two units executed, a failure, an undo. */
async function eventful(): Promise<WorkFolder> {
  const folder = await WorkFolder.make({
    "migrations/0001_create_users.ts": createTable("users"),
    "migrations/0002_create_orders.ts": createTable("orders"),
    "migrations/0003_broken.ts": sqliteUnit('throw new Error("no answer from mongodb://ann:canary@db/shop");'),
  });
  await folder.denock(["migrate", ...SHOP]);
  await folder.denock(["undo", "--count", "1", "--yes", ...SHOP]);
  return folder;
}

Deno.test("denock history shows every entry by execution, the newest last, with errors and without secrets", async () => {
  await using folder = await eventful();
  const { code, stdout, stderr } = await folder.denock(["history", ...SHOP]);
  assertEquals(code, 0, stderr);
  const lines = stdout.split("\n").filter((line) => line !== "");
  assertMatch(lines[0] ?? "", /^ {2}entry {2}order {2}id +author +state +at +ms {2}error$/);
  assertMatch(lines[1] ?? "", /^MIGRATE {2}\d{4}-\S+Z {2}execution \S{36} on \S+$/);
  assertMatch(lines[2] ?? "", /^ {6}2 {2}0001 +create_users +default-author +EXECUTED +\d{4}-\S+Z +\d+$/);
  assertMatch(lines[4] ?? "", / 0003 +broken .* FAILED .* Error: no answer from mongodb:\/\/\*\*\*@db\/shop$/);
  assertMatch(lines[5] ?? "", /^UNDO {2}/);
  assertMatch(lines[6] ?? "", / 0002 +create_orders .* ROLLED_BACK /);
  assertEquals(lines.length, 7);
  assert(!stdout.includes("canary"));
});

Deno.test("denock history --json has everything that is stored, and no secret", async () => {
  await using folder = await eventful();
  const finished = await folder.denock(["history", "--json", ...SHOP]);
  const { command, outcome, executions } = documentOf(finished);
  assertEquals([command, outcome, executions.length], ["history", "listed", 2]);
  assertEquals(Object.keys(executions[0]), [
    ...["executionId", "operation", "executionHostname", "timestamp", "comment", "metadata", "entries"],
  ]);
  const seqs = executions.flatMap(({ entries }: { readonly entries: { readonly seq: number }[] }) =>
    entries.map(({ seq }) => seq)
  );
  assertEquals(seqs, [1, 2, 3, 4, 5, 6]);
  assertEquals(executions[0].entries[0].type, "RUN");
  assertEquals(executions[0].entries[3].error.message, "no answer from mongodb://***@db/shop");
  assert(!finished.stdout.includes("canary"));
});

Deno.test("denock history picks by execution, change unit and state, and keeps the newest", async () => {
  await using folder = await eventful();
  const pick = async (...args: string[]) => {
    const { executions } = documentOf(await folder.denock(["history", "--json", ...args, ...SHOP]));
    // deno-lint-ignore no-explicit-any -- tests look into documents as they like
    return executions.map(({ entries }: any) => entries.map(({ seq }: any) => seq));
  };
  const { executions } = documentOf(await folder.denock(["history", "--json", ...SHOP]));
  assertEquals(await pick("--execution", executions[1].executionId), [[5, 6]]);
  assertEquals(await pick("--execution", executions[0].executionId.slice(0, 13)), [[1, 2, 3, 4]]);
  assertEquals(await pick("--change", "create_orders"), [[3], [6]]);
  assertEquals(await pick("--change", "create_orders", "--limit", "1"), [[6]]);
  assertEquals(await pick("--state", "EXECUTED"), [[2, 3]]);
  assertEquals(await pick("--state", "rolled-back", "--change", "create_orders"), [[6]]);
  assertEquals(await pick("--limit", "1"), [[5, 6]]);
  assertEquals(await pick("--change", "nothing"), []);
  const nothing = await folder.denock(["history", "--change", "nothing", ...SHOP]);
  assertEquals([nothing.code, nothing.stdout], [0, "Nothing in the history is like that\n"]);
  const wrong = await folder.denock(["history", "--state", "DONE", ...SHOP]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "The option --state needs one of STARTED, EXECUTED, FAILED, ROLLED_BACK, ");
});

Deno.test("denock history shows who recorded something by hand and why", async () => {
  await using folder = await eventful();
  const repair = ["repair", "--executed", "create_orders", "--reason", "it is back", "--by", "ann", "--yes"];
  assertEquals((await folder.denock([...repair, ...SHOP])).code, 0);
  const { stdout } = await folder.denock(["history", "--limit", "1", ...SHOP]);
  assertMatch(stdout, /\nREPAIR {2}.*\n {2}ann: it is back\n .* create_orders .* EXECUTED /);
});

Deno.test("denock history of an empty database is empty, and one that was edited exits with 3", async () => {
  await using folder = await eventful();
  const empty = await folder.denock(["history", "--database", "sqlite:./empty.db"]);
  assertEquals([empty.code, empty.stdout], [0, "The history is empty\n"]);
  assertEquals(await folder.has("empty.db"), false);
  {
    using database = openDatabase(join(folder.path, "shop.db"));
    database.exec("UPDATE denock_history SET author = 'mallory' WHERE seq = 2");
  }
  const edited = await folder.denock(["history", "--json", ...SHOP]);
  assertEquals(edited.code, 3);
  assertEquals(documentOf(edited).error.code, "HISTORY_BROKEN");
});
