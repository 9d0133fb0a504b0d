import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { toFileUrl } from "@std/path";
import { checkConfiguration } from "../../src/cli/check_configuration.ts";
import { createTable, WorkFolder } from "../cli/denock.ts";
import { denock } from "./command_line.ts";

const GREEDY = `(globalThis as any).wasConfigured = true; export default { database: "sqlite::memory:" };`;

function wasConfigured(): unknown {
  return (globalThis as { wasConfigured?: unknown }).wasConfigured;
}

Deno.test("a configuration with keys that are none is refused, also when they come as own keys of strange names", () => {
  const hostile: readonly Readonly<Record<string, unknown>>[] = [
    JSON.parse('{"__proto__": {"database": "sqlite:./x.db"}}'),
    JSON.parse('{"constructor": {"prototype": {"database": "sqlite:./x.db"}}}'),
    JSON.parse('{"toString": 1}'),
    JSON.parse('{"rules": {"__proto__": {"edited": "warn"}}}'),
    JSON.parse('{"lock": {"constructor": 1}}'),
    { hooks: "rm -rf /" },
  ];
  for (const config of hostile) {
    const [complaint = ""] = checkConfiguration(config);
    assertStringIncludes(complaint, "is nothing a configuration has");
  }
  assertEquals(({} as { database?: unknown }).database, undefined);
});

Deno.test("a configuration counts for what it says itself, and for what it said when it was checked", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_create_users.ts": createTable("users"),
    "inherited.ts": `export default Object.create({ database: "sqlite:./inherited.db", lock: { leaseMs: -1 } });`,
    "getter.ts": `let reads = 0;
      export default { migrations: "./migrations", get database() { return reads++ === 0 ? "sqlite:./first.db" : { toString: () => "sqlite:./later.db" }; } };`,
  });
  const inherited = await denock(["list", "--view", "database", "--config", `${folder.path}/inherited.ts`]);
  assertEquals(inherited.code, 2, inherited.stderr);
  assertStringIncludes(inherited.stderr, "No database is given");
  const { code, stderr } = await denock(["migrate", "--config", `${folder.path}/getter.ts`]);
  assertEquals(code, 0, stderr);
  assert(await folder.has("first.db"));
});

Deno.test("a configuration is the file that is named, else the one in the working folder, and never one above", async () => {
  await using folder = await WorkFolder.make({
    "denock.config.ts": `throw new Error("it was loaded");`,
    "project/denock.config.js": `throw new Error("it was loaded");`,
    "project/denock.config.json": `{ "database": "sqlite:./json.db" }`,
    "project/.denock.config.ts": `throw new Error("it was loaded");`,
    "project/migrations/denock.config.ts": `throw new Error("it was loaded");`,
  });
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-prompt",
      `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
      new URL("../../src/cli/main.ts", import.meta.url).pathname,
      "list",
    ],
    cwd: `${folder.path}/project`,
    env: { DENOCK_DATABASE: "" },
  }).output();
  assertEquals(code, 2);
  assertStringIncludes(new TextDecoder().decode(stderr), "No database is given");
});

Deno.test("a configuration is a file, and no address", async () => {
  await using folder = await WorkFolder.make({ "evil.ts": GREEDY });
  const addresses = [
    `data:text/javascript,${encodeURIComponent("globalThis.wasConfigured = true; export default {}")}`,
    "javascript:globalThis.wasConfigured=true",
    "http://127.0.0.1:1/evil.ts",
    "npm:left-pad",
    toFileUrl(`${folder.path}/evil.ts`).href,
  ];
  for (const address of addresses) {
    const { code, stderr } = await denock(["list", "--config", address]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "cannot be loaded");
    assertEquals(wasConfigured(), undefined, address);
  }
});
