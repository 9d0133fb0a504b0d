import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkConfiguration } from "../../src/cli/check_configuration.ts";
import { configurationIn } from "../../src/cli/environment.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { createTable, documentOf, WorkFolder } from "./denock.ts";

const CONFIG = {
  migrations: "./migrations",
  rules: { edited: "stop", missing: "warn" },
  lock: { waitMs: 1_000 },
  environments: {
    test: { database: "sqlite:./test.db", rules: { edited: "warn" } },
    production: { database: "sqlite:./production.db", migrations: undefined },
  },
} as const;

Deno.test("configurationIn() puts what an environment says over what holds for all, rules member by member", () => {
  assertEquals(configurationIn(CONFIG as object, "test"), {
    migrations: "./migrations",
    database: "sqlite:./test.db",
    rules: { edited: "warn", missing: "warn" },
    lock: { waitMs: 1_000 },
  });
  assertEquals(configurationIn(CONFIG as object, "production").migrations, "./migrations");
  assertEquals(configurationIn(CONFIG as object, undefined).database, undefined);
});

Deno.test("configurationIn() refuses an environment that is not there, with the nearest or all that are", () => {
  const remediesFor = (name: string, config: object = CONFIG) =>
    assertThrows(() => configurationIn(config, name), UsageError).remedies;
  assertEquals(remediesFor("prodution"), ['Did you mean "production"?']);
  assertEquals(remediesFor("staging"), ["Name one that is there: test, production"]);
  assertEquals(remediesFor("toString"), ["Name one that is there: test, production"]);
  assertStringIncludes(remediesFor("test", {})[0] ?? "", "environments: {");
});

Deno.test("checkConfiguration() looks into environments", () => {
  assertEquals(checkConfiguration(CONFIG), []);
  assertEquals(checkConfiguration({ environments: { test: { databse: "x", environments: {} }, other: 1 } }), [
    "`environments.test.databse` is nothing a configuration has: did you mean `environments.test.database`",
    "`environments.test.environments` is nothing a configuration has: there are " +
    [
      "database",
      "migrations",
      "rules",
      "lock",
      "defaultAuthor",
      "transactionStrategy",
      "unitsPerTransaction",
      "recordRepeats",
      "dependencies",
    ]
      .concat("historyName", "leaseName", "metadata").map((key) => `\`environments.test.${key}\``).join(", "),
    "`environments.other` must be an object: it is 1",
  ]);
});

Deno.test("the environment comes from the option, else from DENOCK_ENVIRONMENT, and the database of neither is that of all", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_create_users.ts": createTable("users"),
    "denock.config.ts": `export default { environments: {
      test: { database: "sqlite:./test.db" },
      production: { database: "sqlite:./production.db" },
    } };`,
  });
  const env = { DENOCK_ENVIRONMENT: "test" };
  assertEquals(documentOf(await folder.denock(["migrate", "--json"], { env })).report.executed.length, 1);
  assertEquals([await folder.has("test.db"), await folder.has("production.db")], [true, false]);
  const option = ["--environment", "production"];
  assertEquals(documentOf(await folder.denock(["migrate", "--json", ...option], { env })).report.executed.length, 1);
  assertEquals(await folder.has("production.db"), true);
  const none = await folder.denock(["migrate"]);
  assertEquals(none.code, 2);
  assertStringIncludes(none.stderr, "No database is given");
});

Deno.test("what to type next names the environment again", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_fail.ts":
      "export function execution() { throw new Error('no'); }\nexport const irreversible = 'no';\n",
    "denock.config.ts": `export default { environments: { test: { database: "sqlite:./test.db" } } };`,
  });
  const { stderr } = await folder.denock(["migrate", "--environment", "test"]);
  assertStringIncludes(stderr, "denock migrate --environment test");
});
