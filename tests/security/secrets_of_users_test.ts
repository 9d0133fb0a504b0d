import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { Runner } from "../../mod.ts";
import { MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { mongodbTest } from "../mongodb_server.ts";
import { assertNoneOf, denock } from "./command_line.ts";
import { startUsersServer, type UsersServer } from "./users_server.ts";

const LOGIN = { user: "canary-user", password: "canary/p@ss:wörd" };
const OPTIONS = "&tlsCertificateKeyFilePassword=canary-key&authMechanismProperties=AWS_SESSION_TOKEN:canary-token";
const SECRETS = [LOGIN.password, "canary-key", "canary-token"];
const WRONG = { ...LOGIN, password: "canary-wrong" };

/** Change units that tell all they know, in every way there is. */
function tellingUnits(url: string): Record<string, string> {
  const told = `const told = ${JSON.stringify(`${url} and ${LOGIN.password} and canary-key, canary-token`)};\n`;
  return {
    "migrations/0001_logs.ts": `${told}
      export function execution({ log }: any) { log(told); console.log(told, { told }); console.error(new Error(told)); }
      export function rollbackExecution() { throw new Error(told); }`,
    "migrations/0002_throws.ts": `${told}
      export const failFast = false;
      export function execution() { throw new TypeError(told, { cause: new Error(told) }); }
      export const irreversible = "it does nothing";`,
    "migrations/0003_throws_a_text.ts": `${told}
      export const failFast = false;
      export function execution() { throw told; }
      export const irreversible = "it does nothing";`,
    "migrations/0004_cannot_roll_back.ts": `${told}
      export const transactional = false;
      export function execution() { throw new Error("first\\n" + told); }
      export function rollbackExecution() { throw new Error(told); }`,
  };
}

const because = ["--reason", `the password was ${LOGIN.password}`, "--by", "ann", "--yes"];

const COMMANDS: readonly (readonly string[])[] = [
  ["plan"],
  ["migrate"],
  ["migrate"],
  ["list"],
  ["list", "--view", "database"],
  ["list", "--view", "code"],
  ["history"],
  ["validate"],
  ["repair", "--rolled-back", "cannot_roll_back", ...because],
  ["plan", "--undo", "--all"],
  ["undo", "--all", "--yes"],
  ["baseline", "--to", "throws", ...because],
  ["lock", "status"],
  ["lock", "release", "--force"],
  ["create", "something", "--author", "ann"],
  ["create", "another"],
  ["manifest"],
  ["manifest", "--check"],
  ["migrate", "--no-such-option"],
];

mongodbTest("nothing tells a secret of the database URL", async (_, t) => {
  await using server = await startUsersServer();
  if (server === null) return;
  await t.step("no command tells it, and none stores it in the database", () => useCommands(server));
  await t.step("no error of the library tells it, however deep one looks into it", () => useLibrary(server));
});

async function useCommands(server: UsersServer): Promise<void> {
  await server.add(LOGIN, ["readWriteAnyDatabase"]);
  for (const format of ["text", "json"]) {
    const name = `shop_${format}`;
    const url = `${server.url(LOGIN, name)}${OPTIONS}`;
    await using folder = await WorkFolder.make(tellingUnits(url));
    const database = format === "json" ? ["--json"] : ["--database", url];
    if (format === "json") Deno.env.set("DENOCK_DATABASE", url);
    const common = [...database, "--migrations", `${folder.path}/migrations`];
    const codes: number[] = [];
    for (const words of COMMANDS) {
      const { code, stdout, stderr } = await denock([...words, ...common]);
      assertNoneOf([...SECRETS, LOGIN.user], { [`${words[0]}, stdout`]: stdout, [`${words[0]}, stderr`]: stderr });
      codes.push(code);
    }
    Deno.env.delete("DENOCK_DATABASE");
    assertEquals(codes.slice(0, 2), [0, 1], "the change units were run");
    for (const collection of ["denockHistory", "denockLease"]) {
      const stored = await server.root.db(name).collection(collection).find().toArray();
      assert(stored.length > 0, collection);
      assertNoneOf(SECRETS, { [collection]: JSON.stringify(stored) });
    }
    const failed = await server.root.db(name).collection("denockHistory").countDocuments({ error: { $ne: null } });
    assert(failed > 0, "the history has errors");
  }

  const refused = server.url(WRONG, "shop");
  await using folder = await WorkFolder.make(tellingUnits(refused));
  for (const words of COMMANDS.filter(([name = ""]) => !["create", "manifest"].includes(name))) {
    const { stdout, stderr } = await denock([
      ...words,
      "--database",
      refused,
      "--migrations",
      `${folder.path}/migrations`,
    ]);
    assertNoneOf([WRONG.password, LOGIN.user], { stdout, stderr });
  }
}

async function useLibrary(server: UsersServer): Promise<void> {
  const nobody = `mongodb://${LOGIN.user}:${WRONG.password}@127.0.0.1:1/shop?serverSelectionTimeoutMS=200`;
  const urls = [server.url(WRONG, "shop"), nobody];
  for (const url of urls) {
    await using client = new MongoClient(url);
    await using driver = new MongoDriver({ client });
    const heard: unknown[] = [];
    const runner = new Runner({
      driver,
      migrations: [{ id: "one", order: "1", execution: () => {}, irreversible: "it does nothing" }],
      listener: (event) => heard.push(event),
      retryMs: 1,
    });
    const comment = { by: "ann", reason: "a test" };
    const operations: readonly (() => Promise<unknown>)[] = [
      () => runner.migrate(),
      () => runner.undo({ all: true }),
      () => runner.plan(),
      () => runner.planUndo({ all: true }),
      () => runner.validate(),
      () => runner.history(),
      () => runner.lockStatus(),
      () => runner.releaseLock({ force: true }),
      () => runner.baseline({ to: "one", comment }),
      () => runner.repair({ repairs: [{ id: "one", as: "executed" }], comment }),
    ];
    for (const operation of operations) {
      const error = await operation().then(() => undefined, (thrown) => thrown);
      assert(error instanceof Error, `${operation} has failed`);
      assertStringIncludes(Deno.inspect(error), "DATABASE_UNREACHABLE");
      assertNoneOf([WRONG.password, LOGIN.user], {
        inspected: Deno.inspect(error, { depth: 10, showHidden: true }),
        json: JSON.stringify(error),
        stack: `${error.stack}`,
        events: Deno.inspect(heard, { depth: 10 }),
      });
    }
  }
}

Deno.test("nothing starts a process that could show a secret among its arguments", async () => {
  for (const { path, text } of await sourcesIn(new URL("../../src/", import.meta.url))) {
    assert(!/\bDeno\.(?:Command|run)\b|child_process|new Worker\(/.test(text), path);
  }
});

async function sourcesIn(folder: URL): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const found = await Array.fromAsync(Deno.readDir(folder), async ({ name, isDirectory }) => {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    return isDirectory ? await sourcesIn(url) : [{ path: url.href, text: await Deno.readTextFile(url) }];
  });
  return found.flat();
}
