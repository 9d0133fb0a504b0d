import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Runner } from "../../../mod.ts";
import { type PostgresContext, PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { ScriptError } from "../../../src/driver.ts";
import { MigrationError } from "../../../src/errors.ts";
import { postgresTest } from "../../postgres_server.ts";
import { allow, attempt, errorOf, firstEntry, prepared } from "./fixture.ts";

postgresTest("A change unit that fails after changes of the schema leaves no trace of them", async (database) => {
  const sql = database.connect();
  const runner = new Runner({
    driver: new PostgresDriver({ sql }),
    migrations: [{
      id: "half",
      order: "1",
      async execution({ db }: PostgresContext) {
        await db`create table things (key text)`;
        await db`create index things_by_key on things (key)`;
        await db`create type mood as enum ('good')`;
        await db`select 1 / 0`;
      },
      irreversible: "a test",
    }],
  });
  const error = await errorOf(runner.migrate());
  assertStringIncludes(error.message, "division by zero");
  assertEquals((await sql`select 1 from pg_class where relname like 'things%'`).length, 0);
  assertEquals((await sql`select 1 from pg_type where typname = 'mood'`).length, 0);
  assertEquals((await runner.history()).map(({ state }) => state), ["STARTED", "FAILED"]);
});

postgresTest(
  "What PostgreSQL does not do in a transaction is refused, and the error says what to do",
  async (database) => {
    const { driver, sql } = await prepared(database);
    await sql`create table things (key text)`;
    await sql`create type mood as enum ('good')`;
    const statements = [
      "create index concurrently things_by_key on things (key)",
      "vacuum things",
      "alter type mood add value 'bad'; select 'bad'::mood",
    ];
    for (const statement of statements) {
      const error = await errorOf(attempt(driver, async ({ context: { db } }) => {
        for (const each of statement.split(";")) await db.unsafe(each);
      }));
      assert(error instanceof MigrationError && error.code === "REFUSED_IN_TRANSACTION", String(error));
      assertStringIncludes(error.message, "`transactional: false`");
      assertEquals(driver.classify(error.cause), "permanent");
    }
    assertEquals(await driver.readHistory(), []);
  },
);

postgresTest("A script runs as a whole as part of the transaction, and an error names its place", async (database) => {
  const { driver, sql } = await prepared(database);
  const run = (script: string) => attempt(driver, async ({ context }) => await driver.runScript(context, script));
  await run("create table things (key text); insert into things values ('a;b'); -- '\nselect 1");
  assertEquals((await sql`select key from things`)[0]?.key, "a;b");
  const script = "insert into things values ('🦕'); selct 1";
  const error = await errorOf(driver.runScript(driver.context(allow), script));
  assert(error instanceof ScriptError && error.code === "42601", String(error));
  assertEquals(script.slice(error.offset), "selct 1");
  const refused = await errorOf(run("insert into things values ('b'); commit"));
  assertEquals((refused as MigrationError).code, "REFUSED_IN_TRANSACTION");
  assertEquals((await sql`select key from things`).length, 1);
});

postgresTest("With `transactional: false` an index is built concurrently", async (database) => {
  const sql = database.connect();
  await sql`create table things (key text)`;
  const runner = new Runner({
    driver: new PostgresDriver({ sql }),
    migrations: [{
      id: "index",
      order: "1",
      transactional: false,
      execution: async ({ db }: PostgresContext) => void await db`create index concurrently by_key on things (key)`,
      rollbackExecution: async ({ db }: PostgresContext) => void await db`drop index concurrently if exists by_key`,
    }],
  });
  await runner.migrate();
  assertEquals((await sql`select 1 from pg_indexes where indexname = 'by_key'`).length, 1);
});

postgresTest(
  "A change unit can choose the isolation level of its transaction, and how long it waits for locks",
  async (database) => {
    const { driver, sql } = await prepared(database);
    await attempt(driver, async ({ context: { db } }) => {
      await db`set transaction isolation level serializable`;
      assertEquals({ ...(await db`show transaction_isolation`)[0] }, { transaction_isolation: "serializable" });
      assertEquals({ ...(await db`show lock_timeout`)[0] }, { lock_timeout: "10s" });
      await db`set local lock_timeout = '1min'`;
    });
    // Nothing stays behind for those who use the connection next.
    const settings =
      await sql`select current_setting('lock_timeout') as lock, current_setting('application_name') as name`;
    assertEquals({ ...settings[0] }, { lock: "0", name: "postgres.js" });
  },
);

postgresTest(
  "An entry whose position somebody's open transaction holds waits no longer than a lock may",
  async (database) => {
    const { sql, driver } = await prepared(database);
    const hasty = new PostgresDriver({ sql, lockTimeoutMs: 50 });
    const entry = await firstEntry();
    await driver.transaction(async ({ append }) => {
      await append(entry);
      assertEquals(driver.classify(await errorOf(hasty.append(entry))), "transient");
    }, allow);
    assertEquals(await hasty.append(entry), "taken");
  },
);

postgresTest("A lock that is not to be had in time is worth another attempt", async (database) => {
  const { sql } = await prepared(database);
  const driver = new PostgresDriver({ sql, lockTimeoutMs: 50 });
  await sql`create table things (key text)`;
  const error = await sql.begin(async (holder) => {
    await holder`lock table things`;
    return await errorOf(attempt(driver, async ({ context: { db } }) => void await db`alter table things add a text`));
  });
  assertEquals(driver.classify(error), "transient");
});
