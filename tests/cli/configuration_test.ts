import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkConfiguration } from "../../src/cli/check_configuration.ts";
import { defineConfig } from "../../src/cli/configuration.ts";
import { createTable, documentOf, sqliteUnit, WorkFolder } from "./denock.ts";

Deno.test("checkConfiguration() has nothing to say of a configuration that uses everything", () => {
  const config = defineConfig({
    database: "sqlite:./shop.db",
    migrations: new URL("file:///srv/migrations"),
    rules: {
      edited: "warn",
      missing: "warn",
      missingNewer: "stop",
      outOfOrder: "run",
      profiles: ["prod"],
      systemVersion: { from: "1", to: "2" },
    },
    lock: { leaseMs: 30_000, pollMs: 2_000, waitMs: 0 },
    defaultAuthor: "ann",
    transactionStrategy: "none",
    metadata: { release: "1.2", nested: { list: [1, true, null] } },
  });
  assertEquals(checkConfiguration(config), []);
  assertEquals(checkConfiguration({ database: undefined, rules: { edited: undefined } }), []);
});

Deno.test("checkConfiguration() says everything that is wrong at once, and never quotes the database", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const complaints = checkConfiguration({
    database: ["mongodb://ann:canary@db/shop"],
    datbase: "mongodb://ann:canary@db/shop",
    migrations: new URL("https://example.org/migrations"),
    rules: { editted: "warn", missing: "ignore", profiles: ["a b"], systemVersion: { frm: "1" } },
    lock: { waitMs: "3 s", leaseMs: 0, pollMs: Number.NaN },
    defaultAuthor: " ",
    transactionStrategy: "all",
    metadata: circle,
    toString: 1,
  });
  assertEquals(complaints, [
    "`database` must be a text that is not empty: it is of type object",
    "`datbase` is nothing a configuration has: did you mean `database`",
    "`migrations` must be the path or the file: URL of a folder: it is an object",
    "`rules.editted` is nothing a configuration has: did you mean `rules.edited`",
    '`rules.missing` must be "stop" or "warn": it is "ignore"',
    "`rules.profiles` must be a list of profile names: it is a list",
    "`rules.systemVersion.frm` is nothing a configuration has: did you mean `rules.systemVersion.from`",
    '`lock.waitMs` must be a number of milliseconds, at least 0: it is "3 s"',
    "`lock.leaseMs` must be a number of milliseconds, at least 1: it is 0",
    "`lock.pollMs` must be a number of milliseconds, at least 1: it is NaN",
    '`defaultAuthor` must be a text that is not empty: it is " "',
    '`transactionStrategy` must be "change", "run" or "none": it is "all"',
    "`metadata` must be an object that JSON can hold: it is an object",
    "`toString` is nothing a configuration has: there are `database`, `migrations`, `rules`, `lock`, " +
    "`defaultAuthor`, `transactionStrategy`, `unitsPerTransaction`, `recordRepeats`, `dependencies`, `historyName`, `leaseName`, `metadata`, `environments`",
  ]);
});

Deno.test("checkConfiguration() refuses metadata that JSON would change", () => {
  for (const value of [() => {}, undefined, 1n, Number.NaN, Symbol("s")]) {
    assertEquals(checkConfiguration({ metadata: { value } }).length, 1, String(value));
  }
});

Deno.test("denock reads denock.config.ts of the working folder, which may import the command line itself", async () => {
  await using folder = await WorkFolder.make({
    "denock.config.ts": `import { defineConfig } from "@denock/denock/cli";
      export default defineConfig({
        database: "sqlite:./data.db",
        migrations: "./changes",
        defaultAuthor: "ann",
        metadata: { release: "7" },
      });`,
    "changes/0001_create_users.ts": sqliteUnit('db.exec("CREATE TABLE users (name TEXT) STRICT");'),
  });
  const finished = await folder.denock(["migrate", "--json"]);
  assertEquals(finished.code, 0, finished.stderr);
  assertEquals(documentOf(finished).report.executed[0].author, "ann");
  assert(await folder.has("data.db"));
});

Deno.test("denock takes the paths of a configuration from its folder, and those of options from the working folder", async () => {
  await using folder = await WorkFolder.make({
    "deploy/shop.config.ts": 'export default { database: "sqlite:./data.db", migrations: "../changes" };',
    "changes/0001_create_users.ts": createTable("users"),
    "other/0001_create_users.ts": createTable("users"),
  });
  const config = ["--config", "deploy/shop.config.ts"];
  assertEquals((await folder.denock(["migrate", ...config])).code, 0);
  assertEquals([await folder.has("deploy/data.db"), await folder.has("data.db")], [true, false]);
  const other = ["--migrations", "other", "--database", "sqlite:./data.db"];
  const second = await folder.denock(["migrate", ...config, ...other]);
  assertEquals(second.code, 0);
  assertStringIncludes(second.stderr, "sqlite:./data.db with other\n");
  assert(await folder.has("data.db"));
});

Deno.test("denock takes the database from the option, else the environment, else the configuration", async () => {
  await using folder = await WorkFolder.make({
    "denock.config.ts": 'export default { database: "sqlite:./config.db" };',
    "migrations/0001_create_users.ts": createTable("users"),
  });
  const env = { DENOCK_DATABASE: "sqlite:./environment.db" };
  await folder.denock(["migrate", "--database", "sqlite:./option.db"], { env });
  assertEquals(await made(folder), ["option.db"]);
  await folder.denock(["migrate"], { env });
  assertEquals(await made(folder), ["environment.db", "option.db"]);
  await folder.denock(["migrate"]);
  assertEquals(await made(folder), ["config.db", "environment.db", "option.db"]);
});

async function made(folder: WorkFolder): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder.path));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".db")).toSorted();
}

Deno.test("denock --profile takes the place of the profiles of the configuration", async () => {
  await using folder = await WorkFolder.make({
    "denock.config.ts": 'export default { database: "sqlite:./shop.db", rules: { profiles: ["prod"] } };',
    "migrations/0001_create_prod.ts": createTable("prod", 'export const profiles = ["prod"];'),
    "migrations/0002_create_samples.ts": createTable("samples", 'export const profiles = ["test"];'),
  });
  const decisions = async (...args: string[]) =>
    documentOf(await folder.denock(["plan", "--json", ...args])).plan.changes
      .map(({ decision }: { readonly decision: string }) => decision);
  assertEquals(await decisions(), ["run", "skip"]);
  assertEquals(await decisions("--profile", "test"), ["skip", "run"]);
});

Deno.test("denock exits with 2 for a configuration that is wrong, with all complaints and no secret", async () => {
  await using folder = await WorkFolder.make({
    "wrong.ts": 'export default { databas: "mongodb://ann:canary@db/shop", lock: { waitMs: -1 } };',
    "empty.ts": "export const database = 1;",
    "throws.ts": 'throw new Error("cannot reach mongodb://ann:canary@db/shop");',
    "syntax.ts": 'export default { database: "mongodb://ann:can/ary@db/shop" "canary" };',
  });
  const cases = {
    "wrong.ts": /`databas` is nothing a configuration has: did you mean `database`\n {2}`lock\.waitMs` must be/,
    "empty.ts": /The configuration empty\.ts is wrong:\n {2}It has no default export/,
    "throws.ts": /throws\.ts cannot be loaded: cannot reach mongodb:\/\/\*\*\*@db\/shop\n/,
    "syntax.ts": /syntax\.ts cannot be loaded: it has a syntax error at 1:\d+\n/,
  };
  for (const [file, expected] of Object.entries(cases)) {
    const { code, stdout, stderr } = await folder.denock(["plan", "--config", file]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, expected);
    assert(!/canary|can\/ary/.test(stderr), stderr);
  }
});
