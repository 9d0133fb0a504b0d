import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChangeFailedError, Runner } from "../../mod.ts";
import { PostgresDriver } from "../../src/drivers/postgres/mod.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";
import { type PostgresDatabase, postgresTest } from "../postgres_server.ts";

/** A function with a body that no simple cutting at semicolons survives. */
const CREATE_USERS = `-- denock: author=ann
CREATE TABLE users (name text NOT NULL);
CREATE FUNCTION count_users() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT count(*) FROM users); -- a semicolon; in a comment
END;
$$;
INSERT INTO users VALUES ('ann; ben');

-- denock: rollback
DROP FUNCTION count_users();
DROP TABLE users;
`;

async function withRunner(
  database: PostgresDatabase,
  files: Readonly<Record<string, string>>,
  work: (runner: Runner<object>, tables: () => Promise<string[]>) => Promise<void>,
): Promise<void> {
  await using folder = await MigrationsFolder.make(files);
  const sql = database.connect();
  await using driver = new PostgresDriver({ sql });
  await work(new Runner<object>({ driver, migrations: folder.path }), async () => {
    const rows = await sql`
      SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_name NOT LIKE 'denock%' ORDER BY table_name`;
    return rows.map(({ name }) => String(name));
  });
}

postgresTest("PostgreSQL executes and undoes a SQL file as a whole", async (database) => {
  await withRunner(database, { "0001_create_users.sql": CREATE_USERS }, async (runner, tables) => {
    assertEquals((await runner.migrate()).executed.map(({ file }) => file), ["0001_create_users.sql"]);
    const [row] = await database.connect()`SELECT count_users() AS count`;
    assertEquals([await tables(), row?.count], [["users"], "1"]);
    await runner.undo({ all: true });
    assertEquals(await tables(), []);
  });
});

postgresTest("PostgreSQL leaves nothing of a SQL file that fails, and the error has the line", async (database) => {
  const text =
    "-- denock: author=ann\nCREATE TABLE users (name text);\n\nSELEKT 1;\n-- denock: rollback\nDROP TABLE users;\n";
  await withRunner(database, { "0001_create_users.sql": text }, async (runner, tables) => {
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertStringIncludes(error.message, "0001_create_users.sql, line 4: ");
    assertEquals(await tables(), []);
    const last = (await runner.history()).at(-1);
    assertEquals([last?.state, last?.error?.code], ["FAILED", "42601"]);
  });
});

postgresTest("PostgreSQL gives the line in the undo file for an error in it", async (database) => {
  const files = {
    "0001_a.sql": "CREATE TABLE a (b int);",
    "0001_a.undo.sql": "DROP TABLE a;\nSELECT * FROM nowhere;\n",
  };
  await withRunner(database, files, async (runner, tables) => {
    await runner.migrate();
    await assertRejects(() => runner.undo({ all: true }), ChangeFailedError, "0001_a.undo.sql, line 2: ");
    assertEquals(await tables(), ["a"]);
  });
});

postgresTest("PostgreSQL refuses COMMIT in a SQL file in its transaction", async (database) => {
  const text = "CREATE TABLE a (b int);\nCOMMIT;\n-- denock: rollback\nDROP TABLE a;\n";
  await withRunner(database, { "0001_a.sql": text }, async (runner, tables) => {
    await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(await tables(), []);
    assertEquals((await runner.history()).at(-1)?.state, "FAILED");
  });
});

postgresTest(
  "PostgreSQL makes an index concurrently by a SQL file of its own without a transaction",
  async (database) => {
    const files = {
      "0001_create_users.sql": CREATE_USERS,
      "0002_add_index.sql": "-- denock: transactional=false\nCREATE INDEX CONCURRENTLY user_names ON users (name);\n",
      "0002_add_index.undo.sql": "DROP INDEX CONCURRENTLY IF EXISTS user_names;\n",
    };
    await withRunner(database, files, async (runner) => {
      assertEquals((await runner.migrate()).executed.length, 2);
      assertEquals((await runner.undo({ count: 1 })).executed.length, 1);
    });
  },
);
