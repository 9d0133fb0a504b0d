import { mysqlTest, openMysqlDatabase } from "../mysql_server.ts";
import { serverTest } from "../postgres_server.ts";
import { startPostgresUsersServer } from "./postgres_users_server.ts";
import { assertTellsNothing, CONTENTS, PASSWORD, type SecretDatabase, WRONG } from "./sql_secrets.ts";

const USER = "ann";
const FORMATS = ["text", "json"] as const;

serverTest("nothing tells the password of a PostgreSQL URL, or what its errors quote", async (t) => {
  await using server = await startPostgresUsersServer();
  if (server === null) return;
  const { root } = server;
  await root.unsafe(`create role ${USER} login superuser password '${PASSWORD}'`);
  await root`create table users (email text unique check (length(email) < 40), n integer)`;
  await root`insert into users values (${CONTENTS})`;
  const wrong = server.url(USER, WRONG);
  const database: SecretDatabase = {
    url: server.url(USER, PASSWORD),
    wrong: [wrong, wrong.replace(/:\d+\/shop/, ":1/shop"), wrong.replace("/shop", "/other")],
    failing: [
      `insert into users values ('${CONTENTS}')`,
      `insert into users values ('${CONTENTS.repeat(9)}')`,
      "select email::integer from users",
      "select email::date from users",
      "select email::json from users",
      "select email::integer[] from users",
      "select ('{\"a\": ' || email)::jsonb from users",
    ],
    stored: async (table) => JSON.stringify(await root.unsafe(`select ${table}::text from ${table}`)),
  };
  for (const format of FORMATS) {
    await t.step(format, async () => {
      await assertTellsNothing(database, format);
      await root`drop table denock_history, denock_lease`;
    });
  }
});

mysqlTest("nothing tells the password of a MySQL URL, or what its errors quote", async (server, t) => {
  await using opened = await openMysqlDatabase(server);
  const { pool } = opened;
  const user = `${USER}_${crypto.randomUUID().slice(0, 8)}`;
  await pool.query(`CREATE USER ${user} IDENTIFIED BY '${PASSWORD}'`);
  await pool.query(`GRANT ALL ON *.* TO ${user}`);
  await pool.query("CREATE TABLE users (email VARCHAR(40) UNIQUE, n INT, day DATE) ENGINE = InnoDB");
  await pool.query("INSERT INTO users (email) VALUES (?)", [CONTENTS]);
  const urlOf = (password: string) => {
    const url = new URL(opened.url);
    [url.username, url.password] = [user, encodeURIComponent(password)];
    return url.href;
  };
  const database: SecretDatabase = {
    url: urlOf(PASSWORD),
    wrong: [urlOf(WRONG), urlOf(WRONG).replace(/:\d+\/denock/, ":1/denock"), `${urlOf(WRONG)}_other`],
    failing: [
      `INSERT INTO users (email) VALUES ('${CONTENTS}')`,
      `INSERT INTO users (email) VALUES ('${CONTENTS.repeat(9)}')`,
      "INSERT INTO users (n) SELECT email FROM users",
      "INSERT INTO users (day) SELECT email FROM users",
      "UPDATE users SET n = email + 1",
      "UPDATE users SET n = CAST(email AS SIGNED)",
    ],
    async stored(table) {
      const [rows] = await pool.query(`SELECT * FROM ${table}`);
      return JSON.stringify(rows);
    },
  };
  try {
    for (const format of FORMATS) {
      await t.step(format, async () => {
        await assertTellsNothing(database, format);
        await pool.query("DROP TABLE denock_history, denock_lease");
      });
    }
  } finally {
    await pool.query(`DROP USER ${user}`);
  }
});
