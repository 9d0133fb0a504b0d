import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type PostgresDatabase, postgresTest } from "../postgres_server.ts";
import { WorkFolder } from "./denock.ts";

const UNIT = `
export async function execution({ sql }) {
  await sql\`create table if not exists things (key text)\`;
  await sql\`drop table if exists others\`;
  await sql\`do $$ begin raise warning 'mind the gap'; end $$\`;
}
export const irreversible = "a test";
`;

function withUser({ url }: PostgresDatabase, user: string, password: string): string {
  const changed = new URL(url);
  [changed.username, changed.password] = [user, password];
  return changed.href;
}

postgresTest(
  "denock migrate works on PostgreSQL with no more permissions than it says, in a schema of its own",
  async (database) => {
    await using folder = await WorkFolder.make({ "migrations/0001_make_things.ts": UNIT });
    const deno = [
      "--no-prompt",
      "--allow-read=migrations",
      `--allow-net=${new URL(database.url).host}`,
      "--ignore-env",
    ];
    const words = ["--database", `${database.url}?schema=own`];
    const { code, stdout, stderr } = await folder.denock(["migrate", ...words], { deno });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "1 executed");
    assertStringIncludes(stderr, "WARNING: mind the gap");
    assert(!stderr.includes("already exists") && !stderr.includes("does not exist"), stderr);
    const tables = await database.connect()`select tablename from pg_tables where schemaname = 'own' order by 1`;
    assertEquals(tables.map(({ tablename }) => tablename), ["denock_history", "denock_lease"]);
  },
);

postgresTest(
  "denock says what is wrong with a PostgreSQL database that it cannot reach, and never the password",
  async (database) => {
    await using folder = await WorkFolder.make({ "migrations/0001_make_things.ts": UNIT });
    const missing = database.url.replace(/[^/]+$/, "not_there");
    const urls = {
      [withUser(database, "nobody_here", "canary")]: "nobody_here",
      [missing]: "not_there",
      "postgres://ann:canary@127.0.0.1:1/shop": "ECONNREFUSED",
    };
    for (const [url, expected] of Object.entries(urls)) {
      const { code, stdout, stderr } = await folder.denock(["migrate", "--database", url]);
      assertEquals(code, 5, stderr);
      assertStringIncludes(stderr, "Cannot reach postgres://127.0.0.1:");
      assertStringIncludes(stderr, expected);
      assert(!(stdout + stderr).includes("canary"), stderr);
    }
  },
);
