import { PostgresDriver, type PostgresDriverContext } from "../../../src/drivers/postgres/mod.ts";
import { driverConformance } from "../../../src/testing/mod.ts";
import { openPostgresDatabase, serverTest } from "../../postgres_server.ts";

driverConformance<PostgresDriverContext>({
  test: (name, run) => serverTest(`PostgresDriver: ${name}`, run),
  async open() {
    const database = await openPostgresDatabase();
    await database.connect()`create table things (key text)`;
    return {
      connect: () => Promise.resolve(new PostgresDriver({ sql: database.connect() })),
      async write({ db }, key) {
        await db`insert into things values (${key})`;
      },
      async has({ db }, key) {
        return (await db`select key from things where key = ${key}`).length > 0;
      },
      async changeSchema({ db }, name) {
        await db`create table ${db(name)} (key text)`;
      },
      async hasSchema({ db }, name) {
        return (await db`select 1 from pg_tables where tablename = ${name}`).length > 0;
      },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  },
});
