import { assert, assertEquals, assertMatch } from "@std/assert";
import { MongoClient } from "mongodb";
import type { Driver } from "../../src/driver.ts";
import { MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { sealLog } from "../fixtures/log.ts";
import { freshDatabaseName, mongodbTest } from "../mongodb_server.ts";
import { denock } from "./command_line.ts";
import { HOSTILE_TEXTS, hostileDrafts } from "./hostile_history.ts";

const because = ["--by", "ann", "--reason", "a test", "--yes"];

const COMMANDS: readonly (readonly string[])[] = [
  ["plan"],
  ["list"],
  ["list", "--view", "database"],
  ["history"],
  ["history", "--change", "__proto__"],
  ["validate"],
  ["lock", "status"],
  ["plan", "--undo", "--all"],
  ["undo", "--all", "--yes"],
  ["repair", "--executed", "__proto__", ...because],
  ["repair", "--rolled-back", "../bait.ts", ...because],
  ["baseline", "--to", "constructor", ...because],
  ["lock", "release"],
  ["migrate"],
  ["lock", "release", "--force"],
  ["migrate"],
];

/** Everything but line ends and, on a terminal, the colours of this program. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const UNWANTED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
// deno-lint-ignore no-control-regex -- they are what is looked for
const COLOURS = /\x1b\[(?:1|2|22|3[1239])m/g;

const CONFIG = `export default {
  rules: { missing: "warn", missingNewer: "warn", outOfOrder: "run" },
  lock: { waitMs: 50, pollMs: 10 },
};`;

const FINE = `export function execution() { (globalThis as any).wasExecuted = true; }
export const irreversible = "it does nothing";`;

async function makeFolder(): Promise<WorkFolder> {
  return await WorkFolder.make({
    "bait.ts": "(globalThis as any).wasImported = true; export function execution() {}",
    "migrations/0001_fine.ts": FINE,
    "denock.config.ts": CONFIG,
  });
}

/** What only code out of the database could have done. */
function traces(): Record<string, unknown> {
  const { wasImported, polluted } = globalThis as { wasImported?: unknown; polluted?: unknown };
  return { wasImported, polluted, ofAll: ({} as { polluted?: unknown }).polluted };
}

/** Runs everything on a database that has such a history and a lease of somebody like that. */
async function assertHarmless(folder: WorkFolder, database: string, driver: Driver<object>): Promise<void> {
  const entries = await sealLog(hostileDrafts(`${folder.path}/bait.ts`));
  await driver.prepare({ transactions: false });
  for (const entry of entries) assertEquals(await driver.append(entry), "accepted");
  const hostname = HOSTILE_TEXTS.filter(({ length }) => length < 99).join(" ");
  const lease = await driver.acquireLease({ owner: hostname, hostname, leaseMs: 3_600_000 });
  assert(lease.held);

  const common = ["--database", database, "--migrations", `${folder.path}/migrations`];
  const outcomes: string[] = [];
  for (const words of COMMANDS) {
    const line = [...words, ...common, "--config", `${folder.path}/denock.config.ts`];
    for (const isTerminal of [false, true]) {
      const { code, stdout, stderr } = await denock(line, { isTerminal });
      const text = stdout + stderr;
      const found = UNWANTED.exec(isTerminal ? text.replace(COLOURS, "") : text);
      assertEquals(
        found?.[0],
        undefined,
        `${words.join(" ")}: ${text.slice(found?.index ?? 0, (found?.index ?? 0) + 99)}`,
      );
      assertEquals(
        /^(?:EXECUTED 0009 forged|and another).*/m.exec(text)?.[0],
        undefined,
        `${words.join(" ")}: a forged line`,
      );
      assert(text.split("\n").every(({ length }) => length < 20_000), `${words.join(" ")} has no endless line`);
      assert(!text.includes("UNEXPECTED"), text.slice(-2_000));
      outcomes.push(`${words[0]} ${code}`);
    }
    const { stdout } = await denock([...line, "--json"]);
    assertEquals(JSON.parse(stdout).format, 1);
    assertEquals(UNWANTED.exec(stdout), null, words.join(" "));
  }
  assertEquals(traces(), { wasImported: undefined, polluted: undefined, ofAll: undefined });
  assertEquals((globalThis as { wasExecuted?: boolean }).wasExecuted, true, outcomes.join(", "));
  const history = await driver.readHistory();
  assertEquals(history.at(-1)?.changeId, "fine");
  assert(!await folder.has("migrations/bait") && !await folder.has("bait"));
}

Deno.test("a hostile history on SQLite is shown, and neither executed nor obeyed", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/shop.db`;
  using database = openDatabase(path);
  await using driver = new SqliteDriver({ database });
  await assertHarmless(folder, `sqlite:${path}`, driver);
});

mongodbTest("a hostile history on MongoDB is shown, and neither executed nor obeyed", async (server) => {
  await using folder = await makeFolder();
  const name = freshDatabaseName();
  await using client = new MongoClient(server.url(name));
  await using driver = new MongoDriver({ client });
  try {
    await assertHarmless(folder, server.url(name), driver);
  } finally {
    await client.db().dropDatabase();
  }
});

mongodbTest("a history whose fields hold what is no text is broken, and not used", async (server) => {
  await using folder = await makeFolder();
  const name = freshDatabaseName();
  await using client = new MongoClient(server.url(name));
  await using driver = new MongoDriver({ client });
  const history = client.db().collection<{ _id: number }>("denockHistory");
  const operator = { $gt: "" };
  const wrong: readonly Record<string, unknown>[] = [
    ...["executionId", "changeId", "author", "order", "file", "checksum", "executionHostname", "session"].map((
      field,
    ) => ({
      [field]: operator,
    })),
    { timestamp: "2026-11-22" },
    { comment: "\x1b[31m" },
    { error: { name: operator, code: null, message: "no" } },
    { metadata: ["\x1b[31m"] },
    { executionMillis: "1" },
    { runAlways: operator },
    { digest: operator },
  ];
  try {
    const [entry] = await sealLog(hostileDrafts("bait.ts"));
    assert(entry !== undefined);
    for (const fields of wrong) {
      await history.deleteMany({});
      await driver.append(entry);
      await history.updateOne({ _id: 1 }, { $set: fields });
      for (const words of [["plan"], ["list"], ["history"], ["validate"], ["migrate"], ["undo", "--all", "--yes"]]) {
        if ("timestamp" in fields && !["history", "validate", "list"].includes(words[0] ?? "")) continue;
        const { code, stderr } = await denock([
          ...words,
          "--database",
          server.url(name),
          "--migrations",
          `${folder.path}/migrations`,
        ]);
        assertEquals(code, 3, `${JSON.stringify(fields)}: ${words[0]} ${stderr}`);
        assertMatch(stderr, /HISTORY_BROKEN/);
      }
    }
    assertEquals(await history.countDocuments(), 1, "nothing was added");
  } finally {
    await client.db().dropDatabase();
  }
});
