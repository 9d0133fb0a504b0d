import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Document, MongoClient } from "mongodb";
import { DatabaseError, Runner } from "../../mod.ts";
import { MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { runDraft, sealLog } from "../fixtures/log.ts";
import { mongodbTest } from "../mongodb_server.ts";
import { denock } from "./command_line.ts";
import { scriptOf } from "./page.ts";
import { startUsersServer, type UsersServer } from "./users_server.ts";

const PASSWORD = "p@ss";

const UNITS = {
  "migrations/0001_add_users.ts": `
    export async function execution({ db }: any) { await db.collection("users").insertOne({ name: "ann" }); }
    export async function rollbackExecution({ db }: any) { await db.collection("users").deleteMany({}); }`,
  "migrations/0002_add_index.ts": `
    export const transactional = false;
    export async function execution({ db }: any) { await db.collection("users").createIndex({ name: 1 }); }
    export async function rollbackExecution({ db }: any) { await db.collection("users").dropIndex({ name: 1 }); }`,
  "migrations/0003_count.ts": `
    export const runAlways = true;
    export async function execution({ db }: any) { await db.collection("orders").updateMany({}, { $inc: { n: 1 } }); }
    export function rollbackExecution() {}`,
};

/** Runs the script of the page. It is written for the shell, whose words are commands of the server. */
async function runScript(server: UsersServer): Promise<void> {
  const commands: Document[] = [];
  const admin = {
    createRole: ({ role, ...rest }: Document) => commands.push({ createRole: role, ...rest }),
    createUser: ({ user, ...rest }: Document) => commands.push({ createUser: user, ...rest }),
  };
  const script = new Function("db", "passwordPrompt", scriptOf("Rights in MongoDB"));
  script({ getSiblingDB: (name: string) => assertEquals(name, "admin") ?? admin }, () => PASSWORD);
  assertEquals(commands.length, 5);
  for (const command of commands) await server.root.db("admin").command(command);
}

interface Opened extends AsyncDisposable {
  readonly driver: MongoDriver;
  readonly client: MongoClient;
}

function open(server: UsersServer, user: string): Opened {
  const client = new MongoClient(server.url({ user, password: PASSWORD }, "shop"));
  const driver = new MongoDriver({ client });
  return {
    driver,
    client,
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

mongodbTest("the roles in docs/security.md are enough, and give no more than they say", async (_, t) => {
  await using server = await startUsersServer();
  if (server === null) return;
  await runScript(server);
  await server.add({ user: "nobody", password: PASSWORD }, []);
  await server.add({ user: "other", password: PASSWORD }, ["denockWriter", "shopMigrations"]);
  await using folder = await WorkFolder.make(UNITS);
  await folder.write("silent.config.ts", "export default { recordRepeats: false };");
  await folder.write("denock.config.ts", "export default {};");
  // A file is read once in a process.
  let config = "silent.config.ts";
  const as = (user: string, ...words: string[]) => {
    const url = server.url({ user, password: PASSWORD }, "shop");
    return denock([
      ...words,
      "--database",
      url,
      "--migrations",
      `${folder.path}/migrations`,
      "--config",
      `${folder.path}/${config}`,
    ]);
  };
  const because = ["--reason", "a test", "--by", "ann", "--yes"];

  await t.step("a user without rights is told which is missing, and what to do", async () => {
    const lacks: readonly (readonly [words: string[], right: RegExp])[] = [
      [["plan"], /not authorized on shop to execute command find "denockHistory"/],
      [["migrate"], /not authorized on shop to execute command aggregate "denockHistory"/],
      [["lock", "status"], /not authorized on shop to execute command find "denockLease"/],
    ];
    for (const [words, right] of lacks) {
      const { code, stderr } = await as("nobody", ...words);
      assertEquals(code, 5, stderr);
      assertMatch(stderr, right);
      assertMatch(stderr, /Give the user the right that is missing, by one of the roles in docs\/security\.md/);
    }
  });

  await t.step("a right that is missing is a DatabaseError of the library, which names it", async () => {
    await using opened = open(server, "nobody");
    const migrations = [{ id: "one", order: "1", execution: () => {}, irreversible: "it does nothing" }];
    const runner = new Runner({ driver: opened.driver, migrations });
    const error = await assertRejects(() => runner.migrate(), DatabaseError);
    assertEquals(error.code, "DATABASE_UNREACHABLE");
    assertMatch(error.message, /not authorized on shop to execute command find "denockHistory" \{…\}$/);
  });

  await t.step("denockWriter and a role for the change units run every command", async () => {
    const lines = [
      ["plan"],
      ["migrate"],
      ["migrate"],
      ["list"],
      ["history"],
      ["validate"],
      ["undo", "--to", "add_index", "--yes"],
      ["repair", "--executed", "add_index", ...because],
      ["baseline", "--to", "count", ...because],
      ["lock", "status"],
      ["lock", "release"],
    ];
    for (const words of lines) {
      const { code, stdout, stderr } = await as("migrator", ...words);
      assertEquals(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
    }
    const entries = await server.root.db("shop").collection("denockHistory").countDocuments();
    assert(entries > 8, `${entries} entries`);
  });

  await t.step("nothing but recordRepeats: false takes the right to remove an entry", async () => {
    await server.root.db("admin").command({
      createRole: "appender",
      privileges: [{ resource: { db: "shop", collection: "denockHistory" }, actions: ["find", "insert"] }, {
        resource: { db: "shop", collection: "denockLease" },
        actions: ["find", "insert", "update"],
      }],
      roles: ["shopMigrations"],
    });
    await server.add({ user: "appender", password: PASSWORD }, ["appender"]);
    const withRepeats = await as("appender", "migrate");
    assertEquals(withRepeats.code, 1, withRepeats.stderr);
    assertMatch(withRepeats.stderr, /not authorized on shop to execute command delete "denockHistory"/);
    config = "denock.config.ts";
    const { code, stderr } = await as("appender", "migrate");
    assertEquals(code, 0, stderr);
  });

  await t.step("denockReader runs what reads, and is told which right is missing for the rest", async () => {
    for (
      const words of [["plan"], ["list"], ["history"], ["validate"], ["lock", "status"], ["plan", "--undo", "--all"]]
    ) {
      const { code, stdout, stderr } = await as("viewer", ...words);
      assertEquals(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
    }
    await folder.write(
      "migrations/0004_more.ts",
      "export function execution() {}\nexport function rollbackExecution() {}\n",
    );
    const before = await server.root.db("shop").collection("denockHistory").countDocuments();
    for (const words of [["migrate"], ["undo", "--all", "--yes"]]) {
      const { code, stderr } = await as("viewer", ...words);
      assertEquals(code, 5, stderr);
      assertMatch(
        stderr,
        /DATABASE_UNREACHABLE: .*not authorized on shop to execute command findAndModify "denockLease"/,
      );
      assertMatch(stderr, /the right that is missing/);
    }
    assertEquals(await server.root.db("shop").collection("denockHistory").countDocuments(), before);
  });

  await t.step("nobody with these roles can edit an entry, or see what the change units may not", async () => {
    await using opened = open(server, "migrator");
    const db = opened.client.db();
    const refused: readonly (() => Promise<unknown>)[] = [
      () => db.collection("denockHistory").updateOne({}, { $set: { author: "somebody" } }),
      () => db.collection("denockHistory").drop(),
      () => db.collection("denockLease").deleteMany({}),
      () => db.collection("secrets").findOne(),
      () => opened.client.db("other").collection("users").findOne(),
      () => opened.client.db("admin").command({ serverStatus: 1 }),
    ];
    for (const attempt of refused) await assertRejects(attempt, Error, "not authorized");
  });

  await t.step(
    "a lease that has expired is taken over, and what its holder has open is ended, without more rights",
    async () => {
      await takeOver(server);
    },
  );
});

/** Somebody holds the lease, has begun an execution and a transaction, and is never heard of again. */
async function takeOver(server: UsersServer): Promise<void> {
  await server.root.db("shop").dropDatabase();
  await using gone = open(server, "migrator");
  await using other = open(server, "other");
  await gone.driver.prepare({ transactions: true });
  await gone.driver.acquireLease({ owner: "gone", hostname: "host-1", leaseMs: 1 });
  const [first, second] = await sealLog([
    runDraft({ executionId: "gone", session: gone.driver.session }),
    runDraft({ executionId: "gone" }),
  ]);
  assert(first !== undefined && second !== undefined);
  assertEquals(await gone.driver.append(first), "accepted");
  const begun = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const lost = gone.driver.transaction(async ({ fence }) => {
    await fence(second);
    begun.resolve();
    await resumed.promise;
  }, () => {}).then(() => "committed", () => "ended");
  await begun.promise;

  // Of another user it ends nothing, and does not say so: the session that is named belongs to whoever names it.
  await other.driver.evict([gone.driver.session]);
  const { transactions } = await server.root.db("admin").command({ serverStatus: 1 });
  assertEquals(transactions.currentOpen, 1, "the transaction is still open");

  await using next = open(server, "migrator");
  const startedAt = performance.now();
  const report = await new Runner({
    driver: next.driver,
    migrations: [{ id: "one", order: "1", execution: () => {}, irreversible: "it does nothing" }],
  }).migrate();
  assertEquals(report.executed.length, 1);
  assert(performance.now() - startedAt < 30_000, "nobody waited for the end of the life of the transaction");
  resumed.resolve();
  assertEquals(await lost, "ended");
}
