import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { freshDatabaseName, mongodbTest, startStandaloneMongodb } from "../mongodb_server.ts";
import { documentOf, WorkFolder } from "./denock.ts";

const CANARY = "p@ss/canary";
const ENCODED = encodeURIComponent(CANARY);

const USERS = {
  "migrations/0001_add_users.ts": `
    export async function execution({ db }: any) {
      await db.collection("users").insertMany([{ name: "ann" }, { name: "bo" }]);
    }
    export async function rollbackExecution({ db }: any) {
      await db.collection("users").deleteMany({});
    }`,
};

function assertNoCanary(...texts: readonly string[]): void {
  for (const text of texts) assert(!/canary/i.test(text) && !text.includes(ENCODED), text);
}

mongodbTest("denock migrate, plan and list work on MongoDB", async (server) => {
  await using folder = await WorkFolder.make(USERS);
  const name = freshDatabaseName();
  const options = ["--database", server.url(name)];
  await using client = new MongoClient(server.url(name));
  try {
    const plan = await folder.denock(["plan", ...options]);
    assertEquals(plan.code, 0, plan.stderr);
    assertMatch(plan.stdout, /\n1 to run, 0 done, 0 skipped\n$/);
    assertEquals(await client.db().listCollections().toArray(), [], "plan writes nothing");
    const first = await folder.denock(["migrate", ...options]);
    assertEquals(first.code, 0, first.stderr);
    assertMatch(first.stderr, /^executed 0001_add_users\.ts {2}\d+ ms$/m);
    assertEquals(await client.db().collection("users").countDocuments(), 2);
    const second = await folder.denock(["migrate", "--json", ...options]);
    assertEquals(documentOf(second).outcome, "nothing pending");
    const { changes } = documentOf(await folder.denock(["list", "--json", ...options]));
    assertEquals(changes[0].state, "EXECUTED");
  } finally {
    await client.db().dropDatabase();
  }
});

mongodbTest("denock undo, repair, history, validate and lock work on MongoDB", async (server) => {
  await using folder = await WorkFolder.make({
    ...USERS,
    "migrations/0002_add_index.ts": `
      export const transactional = false;
      export async function execution({ db }: any) {
        await db.collection("users").createIndex({ name: 1 }, { name: "by_name" });
        throw new Error("too late");
      }
      export function rollbackExecution() {
        throw new Error("cannot");
      }`,
  });
  const name = freshDatabaseName();
  const options = ["--database", server.url(name)];
  await using client = new MongoClient(server.url(name));
  const run = async (...args: string[]) => documentOf(await folder.denock([...args, "--json", ...options]));
  try {
    assertEquals((await run("migrate")).outcome, "failed");
    const refused = await run("undo", "--all", "--yes");
    assertEquals(refused.error.problems[0].code, "CHANGE_ROLLBACK_FAILED");
    const repair = [
      "repair",
      "--rolled-back",
      "add_index",
      "--reason",
      "the index was dropped",
      "--by",
      "ann",
      "--yes",
    ];
    assertEquals((await run(...repair)).outcome, "recorded");
    const undone = await run("undo", "--to", "add_users", "--yes");
    assertEquals([undone.outcome, undone.report.executed.length], ["undone", 1]);
    assertEquals(await client.db().collection("users").countDocuments(), 0);
    const { executions } = await run("history");
    const operations = executions.map(({ operation }: { readonly operation: string }) => operation);
    assertEquals(operations, ["MIGRATE", "REPAIR", "UNDO"]);
    assertEquals(executions[1].comment, { by: "ann", reason: "the index was dropped" });
    assertEquals((await run("validate")).pending.length, 2);
    assertEquals((await run("lock", "status")).outcome, "free");
    assertEquals((await run("lock", "release")).outcome, "free");
  } finally {
    await client.db().dropDatabase();
  }
});

mongodbTest("denock exits with 5 for a user that MongoDB refuses, and does not tell the password", async (server) => {
  await using folder = await WorkFolder.make(USERS);
  const url = server.url(freshDatabaseName()).replace("://", `://ann:${ENCODED}@`);
  for (const json of [[], ["--json"]]) {
    const { code, stdout, stderr } = await folder.denock(["migrate", ...json], { env: { DENOCK_DATABASE: url } });
    assertEquals(code, 5, stderr);
    assertStringIncludes(stderr, "error DATABASE_UNREACHABLE: Cannot reach mongodb://");
    assertStringIncludes(stderr, "Authentication failed");
    assertNoCanary(stdout, stderr);
  }
});

mongodbTest("denock shows no password, also when a change unit does", async (server) => {
  const login = server.url(freshDatabaseName()).replace("://", `://ann:${ENCODED}@`);
  const telling = `{ name: "tell", message: ${JSON.stringify(`${CANARY} ${ENCODED} ${login}`)} }`;
  await using folder = await WorkFolder.make({
    "migrations/0001_tell.ts": `
      export function execution({ log }: any) {
        const told = ${telling};
        log(told.message);
        console.log(told);
        throw new Error(told.message);
      }
      export const irreversible = "it does nothing";`,
    // The one that is not used is as secret as the one that is.
    "denock.config.ts": `export default { database: ${JSON.stringify(login)} };`,
  });
  const options = ["--database", server.url(freshDatabaseName())];
  for (const args of [["migrate"], ["migrate", "--json"], ["list"], ["plan", "--json"]]) {
    const { stdout, stderr } = await folder.denock([...args, ...options]);
    assertNoCanary(stdout, stderr);
    if (args[0] === "migrate") assertStringIncludes(stderr, "tell");
  }
});

mongodbTest("denock migrate exits with 5 for a MongoDB server without transactions, and says what to do", async () => {
  await using server = await startStandaloneMongodb();
  if (server === null) return;
  await using folder = await WorkFolder.make(USERS);
  const finished = await folder.denock(["migrate", "--json", "--database", server.url("shop")]);
  assertEquals(finished.code, 5, finished.stderr);
  const { error } = documentOf(finished);
  assertEquals(error.code, "TRANSACTIONS_UNAVAILABLE");
  assertStringIncludes(error.message, "replica set");
});

Deno.test("denock exits with 5 in a few seconds when no MongoDB server answers, and does not tell the password", async () => {
  await using folder = await WorkFolder.make(USERS);
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ports = [closed, silent].map(({ addr }) => (addr as Deno.NetAddr).port);
  closed.close();
  const runs = ports.flatMap((port) => [["migrate"], ["list", "--json"]].map((args) => ({ port, args })));
  await Promise.all(runs.map(async ({ port, args }) => {
    const database = `mongodb://ann:${ENCODED}@127.0.0.1:${port}/shop?serverSelectionTimeoutMS=500`;
    const startedAt = performance.now();
    const finished = await folder.denock([...args, "--database", database]);
    const seconds = (performance.now() - startedAt) / 1000;
    assertEquals(finished.code, 5, finished.stderr);
    assert(seconds < 9, `it took ${seconds.toFixed(1)} s`);
    assertStringIncludes(
      finished.stderr,
      `error DATABASE_UNREACHABLE: Cannot reach mongodb://127.0.0.1:${port}/shop: `,
    );
    assertStringIncludes(finished.stderr, '--database "$DENOCK_DATABASE"');
    assertNoCanary(finished.stdout, finished.stderr);
    if (args.includes("--json")) assertEquals(documentOf(finished).outcome, "database error");
  }));
  silent.close();
});

Deno.test("denock waits for a MongoDB server as long as the URL says, whatever the command, and tells no password", async () => {
  await using folder = await WorkFolder.make(USERS);
  const database = `mongodb://ann:${ENCODED}@127.0.0.1:1/shop?serverSelectionTimeoutMS=200`;
  const reason = ["--reason", database, "--by", "ann", "--yes"];
  const lines = [
    ["list"],
    ["undo", "--count", "1", "--yes"],
    ["history", "--json"],
    ["validate"],
    ["repair", "--executed", "add_users", ...reason],
    ["baseline", "--to", "add_users", ...reason, "--json"],
    ["lock", "release", "--force"],
  ];
  for (const args of lines) {
    const startedAt = performance.now();
    const { code, stdout, stderr } = await folder.denock([...args, "--database", database]);
    assertEquals(code, 5, stderr);
    assert(performance.now() - startedAt < 4_000);
    assertNoCanary(stdout, stderr);
  }
});

Deno.test("denock tells no password of a URL that is wrong in any way", async () => {
  await using folder = await WorkFolder.make({
    ...USERS,
    "wrong.ts": `export default { database: { url: "mongodb://ann:${CANARY}@db/shop" } };`,
  });
  const urls = [
    `mongodb://ann:${CANARY}@db/shop`,
    `mongodb://ann:${ENCODED}@db`,
    `mongodb://ann:${ENCODED}@db/shop?no=such&tls=maybe`,
    `mongodb+srv://ann:${ENCODED}@db:1,db2/shop`,
    `mongodb://ann:${ENCODED}@db:99999/shop`,
    `mongodb:/ann:${ENCODED}@db/shop`,
    `oracle://ann:${ENCODED}@db/shop`,
    `ann:${ENCODED}@db/shop`,
    `mongodb://ann:%${CANARY}@db/shop`,
  ];
  const lines = [
    ...urls.flatMap((url) => [["list", "--database", url], ["list", `--databse=${url}`], ["list", url], [url]]),
    ...urls.map((url) => ["migrate", "--json", "--database", url]),
    ["list", "--config", "wrong.ts"],
  ];
  const waiting = lines.values();
  // Four at a time: each is a process.
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (const args of waiting) {
      const { code, stdout, stderr } = await folder.denock(args);
      assertEquals(code, 2, `${args.join(" ")}\n${stderr}`);
      assertNoCanary(stdout, stderr);
    }
  }));
});
