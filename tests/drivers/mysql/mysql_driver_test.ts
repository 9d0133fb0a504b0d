import { MysqlDriver } from "../../../src/drivers/mysql/mod.ts";
import { driverConformance } from "../../../src/testing/mod.ts";
import { type MysqlServer, mysqlTest, openMysqlDatabase } from "../../mysql_server.ts";

let server: MysqlServer | undefined;

driverConformance({
  test: (name, run) =>
    mysqlTest(`MysqlDriver: ${name}`, async (shared) => {
      server = shared;
      await run();
    }),
  async open() {
    if (server === undefined) throw new Error("There is no server");
    const database = await openMysqlDatabase(server);
    await database.pool.query("CREATE TABLE things (name VARCHAR(100) NOT NULL) ENGINE = InnoDB");
    return {
      connect: () => Promise.resolve(new MysqlDriver({ pool: database.open() })),
      async write({ db }, key) {
        await db.execute("INSERT INTO things VALUES (?)", [key]);
      },
      async has({ db }, key) {
        const [rows] = await db.execute("SELECT name FROM things WHERE name = ?", [key]);
        return rows.length > 0;
      },
      async changeSchema({ db }, name) {
        await db.query(`CREATE TABLE ${db.escapeId(name)} (id INT)`);
      },
      async hasSchema({ db }, name) {
        const [rows] = await db.query("SHOW TABLES LIKE ?", [name]);
        return rows.length > 0;
      },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  },
});
