import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import mysql from "mysql2";
import { createPool } from "mysql2/promise";
import { MysqlDriver, type MysqlPool } from "../../../src/drivers/mysql/mod.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { mysqlTest } from "../../mysql_server.ts";
import { assertCode, openBench } from "./bench.ts";

Deno.test("A MysqlDriver refuses a pool with one connection, which would wait for itself", async () => {
  const pool = createPool({ connectionLimit: 1 });
  assertThrows(() => new MysqlDriver({ pool }), RangeError, "connectionLimit is 1");
  await pool.end();
});

Deno.test("A MysqlDriver refuses the pool of the client whose methods take callbacks, and says which to give", async () => {
  const pool = mysql.createPool({});
  assertThrows(() => new MysqlDriver({ pool: pool as unknown as MysqlPool }), TypeError, "pool.promise()");
  await pool.promise().end();
});

mysqlTest("A MysqlDriver works with a pool of two connections while its lease is renewed", async (server) => {
  await using bench = await openBench(server, { pool: ({ open }) => open({ connectionLimit: 2 }) });
  const { driver } = bench;
  await driver.prepare();
  const reply = await driver.acquireLease({ owner: "ann", hostname: "", leaseMs: 60_000 });
  await driver.transaction(async ({ context, append }) => {
    await context.db.query("INSERT INTO people (name) VALUES ('Bob')");
    const renewed = await driver.renewLease({ owner: "ann", token: reply.held ? reply.token : 0, leaseMs: 60_000 });
    assertEquals(renewed.held, true);
    await append(await makeEntry(START));
  }, () => {});
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

mysqlTest(
  "A pool without a database, and one whose texts would not be kept, are refused with the remedy",
  async (server) => {
    await using bench = await openBench(server);
    const { url } = bench.database;
    const nameless = createPool({ uri: new URL("/", url).href });
    const latin = createPool({ uri: url, charset: "latin1" });
    for (const [pool, message] of [[nameless, "names no database"], [latin, "utf8mb4"]] as const) {
      const error = await assertCode("DATABASE_UNREACHABLE", () => new MysqlDriver({ pool }).readHistory());
      assertStringIncludes(error.message, message);
      await pool.end();
    }
  },
);

mysqlTest("A pool that reads what others have not committed is refused", async (server) => {
  await using bench = await openBench(server);
  const pool = bench.database.open({ connectionLimit: 2 });
  const connections = [await pool.getConnection(), await pool.getConnection()];
  for (const connection of connections) {
    await connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED");
  }
  for (const connection of connections) connection.release();
  const error = await assertCode("DATABASE_UNREACHABLE", () => new MysqlDriver({ pool }).readHistory());
  assertStringIncludes(error.message, "READ UNCOMMITTED");
});

mysqlTest("A disposed driver gives its connections back as they were", async (server) => {
  await using bench = await openBench(server, { pool: ({ open }) => open({ connectionLimit: 2 }) });
  const { pool, driver } = bench;
  const settings = "SELECT CONNECTION_ID() AS id, @@autocommit, @@innodb_lock_wait_timeout, @@sql_mode, DATABASE()";
  const look = async () => {
    const connections = [await pool.getConnection(), await pool.getConnection()];
    const found = await Promise.all(connections.map(async (each) => (await each.query(settings))[0]));
    for (const connection of connections) connection.release();
    return found;
  };
  const before = await look();
  await bench.migrate({ transactional: true });
  assertEquals(await driver.append(await makeEntry({ seq: 2, digest: null })), "accepted");
  await driver[Symbol.asyncDispose]();
  const order = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();
  assertEquals(order(await look()), order(before));
  const [[row]] = await bench.database.pool.query<never[]>("SELECT IS_USED_LOCK(?) AS id", [
    `denock:${driver.session}`,
  ]);
  assertEquals(Reflect.get(row ?? {}, "id"), null);
});

mysqlTest("A connection that was killed while nothing went over it is opened again", async (server) => {
  await using bench = await openBench(server);
  const { driver, database } = bench;
  await driver.prepare();
  const entry = await makeEntry(START);
  await driver.append(entry);
  const [rows] = await database.pool.query<never[]>(
    "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
  );
  assertNotEquals(rows.length, 0);
  for (const row of rows) await database.pool.query(`KILL CONNECTION ${Reflect.get(row, "id")}`);
  const next = await makeEntry(entry);
  const tryTwice = async <Result>(work: () => Promise<Result>) => {
    try {
      return await work();
    } catch (error) {
      assertEquals(driver.classify(error), "unknown");
      return await work();
    }
  };
  assertEquals(await tryTwice(() => driver.append(next)), "accepted");
  assertEquals((await tryTwice(() => driver.readHistory())).length, 2);
});

mysqlTest("What a driver says of a server that is not there, and of one that does not know it", async (server) => {
  await using bench = await openBench(server);
  const gone = createPool("mysql://root@127.0.0.1:1/shop");
  const stranger = bench.database.open({ user: "nobody_knows_this_user" });
  for (const [pool, expected] of [[gone, "unknown"], [stranger, "permanent"]] as const) {
    const driver = new MysqlDriver({ pool });
    const error = await assertRejects(() => driver.readHistory());
    assertEquals(driver.classify(error), expected);
  }
  await gone.end();
});
