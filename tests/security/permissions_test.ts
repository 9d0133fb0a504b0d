import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { COMMANDS } from "../../src/cli/commands.ts";
import { finish, type Finished, QUIET, WorkFolder } from "../cli/denock.ts";
import { freshDatabaseName, mongodbTest } from "../mongodb_server.ts";
import { mysqlTest, openMysqlDatabase } from "../mysql_server.ts";
import { postgresTest } from "../postgres_server.ts";
import { here, linesOf, permissionsOf, withOneLess } from "./page.ts";

/** A change unit that works everywhere, because it does nothing to a database. */
const UNIT = "export function execution() {}\nexport function rollbackExecution() {}\n";

const PROJECT = {
  "migrations/0001_create_users.ts": UNIT,
  "migrations/0002_add_names.ts": UNIT,
  "migrations/0003_add_orders.ts": UNIT,
};

const AT_ONCE = 2;
const DATABASE_URL = /^(?:mongodb|mysql|postgres):/;

async function deno(folder: WorkFolder, line: readonly string[], env = {}): Promise<Finished> {
  return await finish(
    new Deno.Command(Deno.execPath(), {
      args: here(line),
      cwd: folder.path,
      env: { ...QUIET, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

/** Runs every line, one after the other, and then a line of each kind with one permission less, elsewhere if need be. */
async function assertLeast(
  folder: WorkFolder,
  lines: readonly (readonly string[])[],
  elsewhere: WorkFolder = folder,
): Promise<void> {
  assert(lines.length > 0, "The page has lines");
  for (const line of lines) {
    const { code, stdout, stderr } = await deno(folder, line);
    assertEquals(code, 0, `deno ${line.join(" ")}\n${stdout}${stderr}`);
  }
  const kinds = new Map(lines.toReversed().map((line) => [permissionsOf(line), line]));
  const tooLittle = [...kinds.values()].flatMap(withOneLess);
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let line = tooLittle.pop(); line !== undefined; line = tooLittle.pop()) {
      const { code } = await deno(elsewhere, line);
      assert(code !== 0, `It works with less: deno ${line.join(" ")}`);
    }
  }));
}

/** The line for a server that is somewhere else. */
function at(url: string, line: readonly string[]): string[] {
  const hosts = /\/\/(?:[^@/]*@)?([^/]+)/.exec(url)?.[1] ?? "";
  return line.map((word) =>
    DATABASE_URL.test(word) ? url : word.replace(/^(--allow-net=)localhost:\d+$/, `$1${hosts}`)
  );
}

Deno.test("docs/security.md has a line for every command", () => {
  for (const database of ["SQLite", "MongoDB", "PostgreSQL", "MySQL", "Deno KV"]) {
    const lines = ["Without a database", database].flatMap(linesOf).map((line) =>
      line.slice(line.indexOf("jsr:@denock/denock/cli") + 1).join(" ")
    );
    for (const { name } of COMMANDS) {
      assert(lines.some((line) => `${line} `.startsWith(`${name} `)), `${name}, ${database}`);
    }
  }
});

Deno.test("the permissions in docs/security.md are the least that it takes without a database", async () => {
  await using folder = await WorkFolder.make(PROJECT);
  // Where everything is there already, there is nothing to write.
  await using elsewhere = await WorkFolder.make(PROJECT);
  await assertLeast(folder, linesOf("Without a database"), elsewhere);
});

Deno.test("the permissions in docs/security.md are the least that SQLite takes", async () => {
  await using folder = await WorkFolder.make(PROJECT);
  await folder.write("shop.db", "");
  await assertLeast(folder, linesOf("SQLite"));
});

mongodbTest("the permissions in docs/security.md are the least that MongoDB takes", async (server) => {
  await using folder = await WorkFolder.make(PROJECT);
  const name = freshDatabaseName();
  const url = server.url(name);
  const quick = `${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=1000`;
  await using client = new MongoClient(url);
  try {
    await assertLeast(folder, linesOf("MongoDB").map((line) => at(quick, line)));
  } finally {
    await client.db(name).dropDatabase();
  }
});

postgresTest("the permissions in docs/security.md are the least that PostgreSQL takes", async ({ url }) => {
  await using folder = await WorkFolder.make(PROJECT);
  await assertLeast(folder, linesOf("PostgreSQL").map((line) => at(url, line)));
});

mysqlTest("the permissions in docs/security.md are the least that MySQL takes", async (server) => {
  await using folder = await WorkFolder.make(PROJECT);
  await using database = await openMysqlDatabase(server);
  await assertLeast(folder, linesOf("MySQL").map((line) => at(database.url, line)));
});

Deno.test("the permissions in docs/security.md are the least that Deno KV takes", async () => {
  await using folder = await WorkFolder.make(PROJECT);
  (await Deno.openKv(`${folder.path}/shop.kv`)).close();
  await assertLeast(folder, linesOf("Deno KV"));
});

mongodbTest(
  "nobody can switch on the debug output of the client from outside of a line of docs/security.md",
  async (server) => {
    const name = freshDatabaseName();
    await using client = new MongoClient(server.url(name));
    await using folder = await WorkFolder.make({
      "migrations/0001_create_users.ts": `export async function execution({ db }: any) {
      await db.collection("users").insertOne({ email: "canary-contents" });
    }
    export const irreversible = "it does nothing";`,
    });
    const [line = []] = linesOf("MongoDB").filter((words) => words.includes("migrate")).map((words) =>
      at(server.url(name), words)
    );
    const env = { MONGODB_LOG_ALL: "trace", MONGODB_LOG_PATH: "stderr", MONGODB_LOG_MAX_DOCUMENT_LENGTH: "0" };
    try {
      const open = await deno(folder, line.map((word) => word === "--ignore-env" ? "--allow-env" : word), env);
      assertStringIncludes(open.stderr, "canary-contents", "The variables still have that effect");
      await client.db().dropDatabase();
      const closed = await deno(folder, line, env);
      assertEquals(closed.code, 0, closed.stderr);
      assert(!(closed.stdout + closed.stderr).includes("canary"), closed.stderr);
    } finally {
      await client.db().dropDatabase();
    }
  },
);
