import { assertEquals, assertStringIncludes } from "@std/assert";
import { Runner } from "../../../mod.ts";
import { type PostgresContext, PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { DatabaseError } from "../../../src/errors.ts";
import { type PostgresDatabase, postgresTest } from "../../postgres_server.ts";
import { errorOf } from "./fixture.ts";

/** A role that may do nothing but log in, and what is dropped with it. */
async function withRole(database: PostgresDatabase, run: (role: string, url: string) => Promise<void>): Promise<void> {
  const admin = database.connect();
  const role = `denock_role_${crypto.randomUUID().slice(0, 8)}`;
  await admin.unsafe(`revoke all on schema public from public; create role ${role} login password 'a'`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, "a"];
  try {
    await run(role, url.href);
  } finally {
    await admin.unsafe(`drop owned by ${role}; drop role ${role}`);
  }
}

function runnerOn(driver: PostgresDriver): Runner<PostgresContext> {
  return new Runner({
    driver,
    migrations: [{
      id: "nothing",
      order: "1",
      execution: async ({ db }: PostgresContext) => void await db`select 1`,
      irreversible: "a test",
    }],
  });
}

postgresTest("A role that may not make the tables is told which right is missing", async (database) => {
  await withRole(database, async (role, url) => {
    await database.connect().unsafe(`grant usage on schema public to ${role}`);
    const sql = database.connect({}, url);
    const error = await errorOf(runnerOn(new PostgresDriver({ sql })).migrate());
    assertEquals((error as DatabaseError).code, "DATABASE_UNREACHABLE");
    assertStringIncludes(error.message, 'grant it CREATE on the schema "public"');
    const elsewhere = await errorOf(runnerOn(new PostgresDriver({ sql, schema: "other" })).migrate());
    assertStringIncludes(elsewhere.message, "permission denied for database");
    await sql.end();
  });
});

postgresTest(
  "The rights that docs/drivers.md names are enough where somebody else has made the tables",
  async (database) => {
    await withRole(database, async (role, url) => {
      const admin = database.connect();
      await new PostgresDriver({ sql: admin, schema: "migrations" }).prepare();
      await admin.unsafe(`
      grant usage on schema migrations to ${role};
      grant select, insert, delete on migrations.denock_history to ${role};
      grant select, insert, update on migrations.denock_lease to ${role}`);
      const sql = database.connect({}, url);
      const report = await runnerOn(new PostgresDriver({ sql, schema: "migrations" })).migrate();
      assertEquals(report.executed.map(({ id }) => id), ["nothing"]);
      await sql.end();
    });
  },
);

postgresTest("A role with a schema of its own needs no more", async (database) => {
  await withRole(database, async (role, url) => {
    await database.connect().unsafe(`create schema ${role} authorization ${role}`);
    const sql = database.connect({ prepare: false, max: 2 }, url);
    const report = await runnerOn(new PostgresDriver({ sql, schema: role, historyTable: 'a "b"' })).migrate();
    assertEquals(report.executed.map(({ id }) => id), ["nothing"]);
    await sql.end();
  });
});

postgresTest("Reading makes nothing", async (database) => {
  const sql = database.connect();
  const driver = new PostgresDriver({ sql, schema: "not_there" });
  assertEquals(await driver.readHistory(), []);
  assertEquals(await driver.readLease(), null);
  assertEquals((await runnerOn(driver).plan()).steps.length, 1);
  assertEquals((await sql`select 1 from pg_namespace where nspname = 'not_there'`).length, 0);
});
