import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import type { Sql } from "postgres";
import { CommitUnknownError } from "../../../src/driver.ts";
import { type PostgresContext, PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { Runner } from "../../../mod.ts";
import { postgresTest } from "../../postgres_server.ts";
import { allow, attempt, errorOf, firstEntry, prepared } from "./fixture.ts";

/** Ends the connection that a driver has its transaction on, and waits until it is gone. */
async function end(sql: Sql, session: string): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${session}`;
  while ((await sql`select 1 from pg_stat_activity where application_name = ${session}`).length > 0);
}

/** Makes a commit wait for a lock, and tells when it does. */
async function makeCommitsWait(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create table things (key text);
    create function wait() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(7); return null; end $$;
    create constraint trigger wait after insert on things deferrable initially deferred
      for each row execute function wait()`);
}

for (const isCaught of [true, false]) {
  const how = isCaught ? "that catches the error of its statement" : "between two statements";
  postgresTest(
    `A connection that is lost in a change unit ${how} fails the transaction, and the process lives`,
    async (database) => {
      const { driver, sql } = await prepared(database);
      const other = database.connect();
      const error = await errorOf(attempt(driver, async ({ context: { db } }) => {
        await db`create table things (key text)`;
        if (isCaught) {
          const sleep = db`select pg_sleep(60)`.then(() => {}, () => {});
          while ((await other`select 1 from pg_stat_activity where wait_event = 'PgSleep'`).length === 0);
          await end(other, driver.session);
          await sleep;
        } else {
          await end(other, driver.session);
        }
        await db`insert into things values ('lost')`.catch(() => {});
      }));
      assertEquals(driver.classify(error), "unknown");
      assert(!(error instanceof CommitUnknownError));
      assertEquals(await driver.readHistory(), []);
      assertEquals((await sql`select to_regclass('things')`)[0]?.to_regclass, null);
      await attempt(driver, async ({ context: { db } }) => void await db`create table things (key text)`);
      assertEquals((await driver.readHistory()).length, 1);
    },
  );
}

postgresTest("A connection that is lost in the middle of the commit leaves the outcome unknown", async (database) => {
  const { driver, sql } = await prepared(database);
  await makeCommitsWait(sql);
  const error = await sql.begin(async (holder) => {
    await holder`select pg_advisory_xact_lock(7)`;
    const failing = errorOf(
      attempt(driver, async ({ context: { db } }) => void await db`insert into things values ('a')`),
    );
    while ((await holder`select 1 from pg_locks where locktype = 'advisory' and not granted`).length === 0);
    await end(database.connect(), driver.session);
    return await failing;
  });
  assertInstanceOf(error, CommitUnknownError);
  // Nobody holds the position any more: the core settles the question with it.
  assertEquals(await driver.append(await firstEntry()), "accepted");
});

postgresTest("A commit that the server refuses is no doubt", async (database) => {
  const { driver, sql } = await prepared(database);
  await sql`create table things (key text unique deferrable initially deferred)`;
  const work = attempt(driver, async ({ context: { db } }) => void await db`insert into things values ('a'), ('a')`);
  assertEquals((await errorOf(work) as { code?: string }).code, "23505");
  assertEquals(await driver.readHistory(), []);
});

postgresTest("A runner whose connection is lost in the commit applies the change unit once", async (database) => {
  const sql = database.connect();
  await makeCommitsWait(sql);
  const driver = new PostgresDriver({ sql });
  const runner = new Runner({
    driver,
    migrations: [{
      id: "insert",
      order: "1",
      execution: async ({ db }: PostgresContext) => void await db`insert into things values ('a')`,
      irreversible: "a test",
    }],
  });
  const report = await sql.begin(async (holder) => {
    await holder`select pg_advisory_xact_lock(7)`;
    const running = runner.migrate();
    while ((await holder`select 1 from pg_locks where locktype = 'advisory' and not granted`).length === 0);
    await end(database.connect(), driver.session);
    return { running };
  });
  assertEquals((await report.running).executed.map(({ id }) => id), ["insert"]);
  assertEquals((await sql`select key from things`).length, 1);
  const states = (await runner.history()).map(({ type, state }) => `${type} ${state}`);
  assertEquals(states, ["RUN STARTED", "RUN STARTED", "EXECUTION EXECUTED"]);
});

postgresTest(
  "evict() ends only what this driver calls its transactions, and only while they are open",
  async (database) => {
    const { driver } = await prepared(database);
    const foreign = database.connect({ connection: { application_name: "shop" }, max: 1 });
    const other = new PostgresDriver({ sql: database.connect() });
    await other.transaction(() => Promise.resolve(), allow);
    await foreign.begin(async (sql) => {
      await driver.evict(["shop", other.session, "", "denock nobody", "a, shop"]);
      assertEquals((await sql`select 1 as one`)[0]?.one, 1);
    });
    await other.transaction(async ({ context: { db } }) => void await db`select 1`, allow);
  },
);
