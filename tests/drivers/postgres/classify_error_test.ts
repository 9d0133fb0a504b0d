import { assertEquals } from "@std/assert";
import postgres from "postgres";
import { classifyError } from "../../../src/drivers/postgres/classify_error.ts";
import { PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { postgresTest } from "../../postgres_server.ts";
import { errorOf } from "./fixture.ts";

postgresTest("classifyError() tells the errors of the server apart", async (database) => {
  const sql = database.connect();
  const raise = (state: string) =>
    errorOf(sql.unsafe(`do $$ begin raise exception using errcode = '${state}'; end $$`));
  const classes = {
    transient: ["40001", "40P01", "53300", "55P03", "57P03"],
    unknown: ["08006", "40003", "57P01"],
    permanent: ["23505", "42501", "42P01", "57014", "25006", "22P02"],
  };
  for (const [expected, states] of Object.entries(classes)) {
    for (const state of states) assertEquals(classifyError(await raise(state)), expected, state);
  }
});

postgresTest("classifyError() takes a lost connection for an unknown outcome", async (database) => {
  const [sql, other] = [database.connect({ max: 1 }), database.connect()];
  const [{ pid } = {}] = await sql`select pg_backend_pid() as pid`;
  const sleep = errorOf(sql`select pg_sleep(60)`.execute());
  while ((await other`select 1 from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`).length === 0);
  await other`select pg_terminate_backend(${pid})`;
  assertEquals(classifyError(await sleep), "unknown");
});

Deno.test("classifyError() takes a connection that cannot be had for an unknown outcome", async () => {
  const sql = postgres("postgres://127.0.0.1:1/nothing");
  assertEquals(classifyError(await errorOf(sql`select 1`)), "unknown");
  await sql.end();
  assertEquals(classifyError(await errorOf(sql`select 1`)), "unknown");
});

Deno.test("classifyError() takes for permanent what has only the code of another error", () => {
  assertEquals(classifyError(Object.assign(new Error("no"), { code: "40001" })), "permanent");
  assertEquals(classifyError(Object.assign(new Error("no"), { code: "ENOENT" })), "permanent");
  assertEquals(classifyError({ code: "CONNECTION_CLOSED" }), "permanent");
});

Deno.test("PostgresDriver refuses a client with one connection, and says what the second is for", async () => {
  const sql = postgres("postgres://127.0.0.1:1/nothing", { max: 1 });
  const error = await errorOf(Promise.resolve().then(() => new PostgresDriver({ sql })));
  assertEquals([error.name, error.message], [
    "RangeError",
    "The client needs at least 2 connections, one for the transaction and one for the lease: its `max` is 1",
  ]);
  await sql.end();
});
