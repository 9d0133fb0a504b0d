import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createPool, type Pool } from "mysql2/promise";
import { MysqlDriver } from "../../src/drivers/mysql/mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { mysqlTest, openMysqlDatabase } from "../mysql_server.ts";
import { sqlOf } from "./page.ts";
import { as, assertEnds, assertLacks, assertReads, assertRunsEverything } from "./sql_rights.ts";

const PASSWORD = "p@ss";
const UNITS = {
  "migrations/0001_add_users.ts": `
    export async function execution({ db }: any) { await db.query("CREATE TABLE users (name VARCHAR(40)) ENGINE = InnoDB"); }
    export async function rollbackExecution({ db }: any) { await db.query("DROP TABLE IF EXISTS users"); }`,
  "migrations/0002_add_second.ts": `
    export async function execution({ db }: any) { await db.query("CREATE TABLE orders (id INT PRIMARY KEY) ENGINE = InnoDB"); }
    export async function rollbackExecution({ db }: any) { await db.query("DROP TABLE IF EXISTS orders"); }`,
  "migrations/0003_count.ts": `
    export const runAlways = true;
    export const transactional = true;
    export async function execution({ db }: any) { await db.query("INSERT INTO users VALUES ('ann')"); }
    export function rollbackExecution() {}`,
  "denock.config.ts": "export default {};",
  "silent.config.ts": "export default { recordRepeats: false };",
};

/** Users belong to the whole server, which other tests use as well. */
function namesOf(database: string): (script: string) => string {
  return (script) =>
    script.replaceAll("'…'", `'${PASSWORD}'`).replace(/\bshop\./g, `${database}.`)
      .replace(/\b(viewer|migrator|nobody)\b/g, `${database}_$1`);
}

mysqlTest("the scripts for MySQL in docs/security.md are enough, and give no more than they say", async (server, t) => {
  await using database = await openMysqlDatabase(server);
  const root = database.open({ multipleStatements: true });
  const name = new URL(database.url).pathname.slice(1);
  const named = namesOf(name);
  await using folder = await WorkFolder.make(UNITS);
  const users = {
    folder,
    url(user: string) {
      const url = new URL(database.url);
      [url.username, url.password] = [named(user), encodeURIComponent(PASSWORD)];
      return url.href;
    },
  };
  const [first = "", second = ""] = sqlOf("Rights in MySQL").map(named);
  await root.query(first);
  await root.query(named("create user nobody identified by '…'"));
  // Without any right at all the server does not let anybody into the database.
  await root.query(named("grant execute on shop.* to nobody"));
  try {
    await t.step("the first script is enough for every command", () => assertRunsEverything(users, "migrator"));
    await root.query(second);
    await t.step("who may read runs what reads, and is told which right is missing for the rest", async () => {
      await assertReads(users, "viewer");
      const lease = /UPDATE command denied to user .* for table .*denock_lease/;
      await assertLacks(users, "viewer", [["migrate", lease], ["undo --all --yes", lease]]);
    });
    await t.step("a user without rights is told which is missing, and what to do", async () => {
      const history = /SELECT command denied to user .* for table .*denock_history/;
      const lease = /SELECT command denied to user .* for table .*denock_lease/;
      await assertLacks(users, "nobody", [["plan", history], ["migrate", history], ["lock status", lease]]);
    });
    await t.step("a user who is let in nowhere is told so", async () => {
      await root.query(named("revoke execute on shop.* from nobody"));
      await assertLacks(users, "nobody", [["plan", /Access denied for user .* to database/]]);
    });
    await t.step("nobody with these rights can edit an entry", () => assertNobodyEdits(users.url("migrator")));
    await t.step("what an execution that is gone has open is ended without more rights", async () => {
      const pool = createPool({ uri: users.url("migrator"), connectionLimit: 4 });
      const gone = new MysqlDriver({ pool });
      const next = new MysqlDriver({ pool });
      await assertEnds(gone, next, ({ db }) => db.query("SELECT 1"));
      await gone[Symbol.asyncDispose]();
      await next[Symbol.asyncDispose]();
      await pool.end();
    });
    await t.step("nothing but recordRepeats: false takes the right to remove an entry", async () => {
      const silent = { ...users, config: "silent.config.ts" };
      const { code, stderr } = await as(silent, "migrator", ["migrate"]);
      assertEquals(code, 1, stderr);
      assertMatch(stderr, /DELETE command denied to user .* for table .*denock_history/);
      await root.query(named("grant delete on shop.denock_history to migrator"));
      await assertRunsEverything(silent, "migrator");
    });
  } finally {
    await dropUsers(root, named);
  }
  assertEquals(sqlOf("Rights in MySQL").length, 2);
});

async function assertNobodyEdits(url: string): Promise<void> {
  const pool = createPool({ uri: url, connectionLimit: 1 });
  for (
    const statement of [
      "UPDATE denock_history SET author = ''",
      "DELETE FROM denock_history",
      "DROP TABLE denock_history",
      "SELECT * FROM secrets",
    ]
  ) {
    await assertRejects(() => pool.query(statement), Error, "command denied");
  }
  await pool.end();
}

async function dropUsers(root: Pool, named: (script: string) => string): Promise<void> {
  for (const user of ["viewer", "migrator", "nobody"]) await root.query(named(`drop user ${user}`));
}
