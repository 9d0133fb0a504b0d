import { assertEquals, assertRejects } from "@std/assert";
import { ChangeFailedError, Runner } from "../../mod.ts";
import { MysqlDriver } from "../../src/drivers/mysql/mod.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";
import { type MysqlPoolOptions, type MysqlServer, mysqlTest, openMysqlDatabase } from "../mysql_server.ts";

const CREATE_USERS = `-- denock: author=ann
CREATE TABLE users (name varchar(20) NOT NULL);
INSERT INTO users VALUES ('ann; ben');

-- denock: rollback
DROP TABLE IF EXISTS users;
`;

async function withRunner(
  server: MysqlServer,
  files: Readonly<Record<string, string>>,
  options: MysqlPoolOptions,
  work: (runner: Runner<object>, tables: () => Promise<string[]>) => Promise<void>,
): Promise<void> {
  await using folder = await MigrationsFolder.make(files);
  await using database = await openMysqlDatabase(server);
  await using driver = new MysqlDriver({ pool: database.open(options) });
  await work(new Runner<object>({ driver, migrations: folder.path }), async () => {
    const [rows] = await database.pool.query("SHOW TABLES");
    const names = (rows as object[]).map((row) => String(Object.values(row)[0]));
    return names.filter((name) => !name.startsWith("denock")).toSorted();
  });
}

const SEVERAL = { multipleStatements: true };

mysqlTest("MySQL executes and undoes a SQL file as a whole", async (server) => {
  await withRunner(server, { "0001_create_users.sql": CREATE_USERS }, SEVERAL, async (runner, tables) => {
    assertEquals((await runner.migrate()).executed.map(({ file }) => file), ["0001_create_users.sql"]);
    assertEquals(await tables(), ["users"]);
    await runner.undo({ all: true });
    assertEquals(await tables(), []);
  });
});

mysqlTest(
  "MySQL undoes a SQL file that fails by its rollback part, because schema changes commit there",
  async (server) => {
    const text = CREATE_USERS.replace("INSERT INTO users", "INSERT INTO nowhere");
    await withRunner(server, { "0001_create_users.sql": text }, SEVERAL, async (runner, tables) => {
      await assertRejects(() => runner.migrate(), ChangeFailedError, "nowhere");
      assertEquals(await tables(), []);
      assertEquals((await runner.history()).at(-1)?.state, "ROLLED_BACK");
    });
  },
);

mysqlTest("MySQL says which option of the pool a SQL file with several statements needs", async (server) => {
  await withRunner(server, { "0001_create_users.sql": CREATE_USERS }, {}, async (runner, tables) => {
    await assertRejects(() => runner.migrate(), ChangeFailedError, "multipleStatements: true");
    assertEquals(await tables(), []);
  });
});
