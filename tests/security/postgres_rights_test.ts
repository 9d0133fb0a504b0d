import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import postgres from "postgres";
import { PostgresDriver } from "../../src/drivers/postgres/mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { serverTest } from "../postgres_server.ts";
import { sqlOf } from "./page.ts";
import { type PostgresUsersServer, startPostgresUsersServer } from "./postgres_users_server.ts";
import { as, assertEnds, assertLacks, assertReads, assertRunsEverything, type Users } from "./sql_rights.ts";

const PASSWORD = "p@ss";
const UNITS = {
  "migrations/0001_add_users.ts": `
    export async function execution({ sql }: any) { await sql\`create table public.users (name text)\`; }
    export async function rollbackExecution({ sql }: any) { await sql\`drop table public.users\`; }`,
  "migrations/0002_add_second.ts": `
    export const transactional = false;
    export async function execution({ sql }: any) { await sql\`create index concurrently by_name on public.users (name)\`; }
    export async function rollbackExecution({ sql }: any) { await sql\`drop index if exists public.by_name\`; }`,
  "migrations/0003_count.ts": `
    export const runAlways = true;
    export async function execution({ sql }: any) { await sql\`insert into public.users values ('ann')\`; }
    export function rollbackExecution() {}`,
  "denock.config.ts": "export default {};",
  "silent.config.ts": "export default { recordRepeats: false };",
};

function usersOf(server: PostgresUsersServer, folder: WorkFolder): Users {
  return { folder, url: (user) => `${server.url(user, PASSWORD)}?schema=migrations` };
}

serverTest("the scripts for PostgreSQL in docs/security.md are enough, and give no more than they say", async (t) => {
  await using server = await startPostgresUsersServer();
  if (server === null) return;
  await using folder = await WorkFolder.make(UNITS);
  const users = usersOf(server, folder);
  const [first = "", second = ""] = sqlOf("Rights in PostgreSQL").map((text) =>
    text.replaceAll("'…'", `'${PASSWORD}'`)
  );
  await server.root.unsafe(first);
  await server.root.unsafe(`create role nobody login password '${PASSWORD}'`);

  await t.step("who may read can do so before there is anything", () => assertReads(users, "viewer"));
  await t.step("the first script is enough for every command", () => assertRunsEverything(users, "migrator"));
  await server.root.unsafe(second);
  await t.step("so is the second", () => assertRunsEverything(users, "migrator"));
  await t.step("who may read runs what reads, and is told which right is missing for the rest", async () => {
    await assertReads(users, "viewer");
    const lease =
      /permission denied for table denock_lease \(it takes USAGE on the schema, and SELECT, INSERT, and UPDATE on/;
    await assertLacks(users, "viewer", [["migrate", lease], ["undo --all --yes", lease]]);
  });
  await t.step("a role without rights is told which is missing, and what to do", async () => {
    const schema = /permission denied for schema migrations \(it takes USAGE on the schema, and SELECT on the table\)/;
    await assertLacks(users, "nobody", [["plan", schema], ["migrate", schema], ["lock status", schema]]);
  });
  await t.step("nobody with these rights can edit an entry", async () => {
    const sql = postgres(users.url("migrator").replace(/\?.*/, ""), { max: 1 });
    for (
      const statement of [
        "update denock_history set author = ''",
        "delete from denock_history",
        "drop table denock_history",
      ]
    ) {
      const run = () => sql.unsafe(statement.replace("denock", "migrations.denock"));
      await assertRejects(run, Error, /^drop/.test(statement) ? "must be owner" : "permission denied");
    }
    await sql.end();
  });
  await t.step("what an execution that is gone has open is ended without more rights", async () => {
    const client = postgres(server.url("migrator", PASSWORD), { max: 3 });
    const open = () => new PostgresDriver({ sql: client });
    await assertEnds(open(), open(), ({ sql }) => sql`select 1`);
    // After a connection was lost in a statement its client may wait for that for ever.
    await client.end({ timeout: 1 });
  });
  await t.step("nothing but recordRepeats: false takes the right to remove an entry", async () => {
    const silent = { ...users, config: "silent.config.ts" };
    const { code, stderr } = await as(silent, "migrator", ["migrate"]);
    assertEquals(code, 1, stderr);
    assertMatch(stderr, /permission denied for table denock_history/);
    await server.root`grant delete on migrations.denock_history to migrator`;
    await assertRunsEverything(silent, "migrator");
  });
  assertEquals(sqlOf("Rights in PostgreSQL").length, 2);
});
