import { assertEquals, assertLess } from "@std/assert";
import { MysqlDriver } from "../../../src/drivers/mysql/mod.ts";
import { mysqlTest } from "../../mysql_server.ts";
import { openBench } from "./bench.ts";

const LEASE_MS = 60_000;

mysqlTest("Of 20 who ask for the lease at the same time from connections of their own one gets it", async (server) => {
  await using bench = await openBench(server);
  await bench.driver.prepare();
  const drivers = Array.from(
    { length: 20 },
    () => new MysqlDriver({ pool: bench.database.open({ connectionLimit: 2 }) }),
  );
  for (const round of [1, 2, 3]) {
    const replies = await Promise.all(
      drivers.map((driver) => driver.acquireLease({ owner: driver.session, hostname: "", leaseMs: LEASE_MS })),
    );
    const holders = drivers.filter((_, index) => replies[index]?.held);
    assertEquals(holders.length, 1);
    const [reply] = replies.filter((each) => each.held);
    assertEquals(reply?.held && [reply.token, reply.takenOver], [round, false]);
    const owners = replies.flatMap((each) => each.held ? [] : [each.owner]).filter((owner) => owner !== "");
    assertEquals(new Set(owners), new Set(holders.map(({ session }) => session)));
    await holders[0]?.releaseLease({ owner: holders[0].session, token: round });
  }
  for (const driver of drivers) await driver[Symbol.asyncDispose]();
});

mysqlTest("The lease goes by the clock of the server, whatever the time zone of a connection", async (server) => {
  await using bench = await openBench(server);
  await bench.driver.prepare();
  const pool = bench.database.open();
  // @ts-ignore -- the types of the client know only its other kind of connection here
  pool.on("connection", (connection) => connection.query("SET time_zone = '+13:00'"));
  const far = new MysqlDriver({ pool });
  const [near] = [await bench.driver.acquireLease({ owner: "ann", hostname: "", leaseMs: LEASE_MS })];
  const refused = await far.acquireLease({ owner: "bob", hostname: "", leaseMs: LEASE_MS });
  assertEquals([near.held, refused.held], [true, false]);
  if (!near.held || refused.held) return;
  assertLess(LEASE_MS - refused.remainingMs, 10_000);
  await bench.driver.releaseLease({ owner: "ann", token: near.token });
  const second = await far.acquireLease({ owner: "bob", hostname: "", leaseMs: LEASE_MS });
  assertLess(Math.abs((second.held ? second.databaseTime : 0) - near.databaseTime), 10_000);
  await far[Symbol.asyncDispose]();
});

mysqlTest("Owners that differ in case or in blanks at their end are different", async (server) => {
  await using bench = await openBench(server);
  const { driver } = bench;
  await driver.prepare();
  const reply = await driver.acquireLease({ owner: "ann", hostname: "", leaseMs: LEASE_MS });
  const token = reply.held ? reply.token : 0;
  for (const owner of ["ann ", "Ann", "änn", "ann\0"]) {
    assertEquals((await driver.acquireLease({ owner, hostname: "", leaseMs: LEASE_MS })).held, false);
    assertEquals((await driver.renewLease({ owner, token, leaseMs: LEASE_MS })).held, false);
    await driver.releaseLease({ owner, token });
  }
  assertEquals((await driver.readLease())?.owner, "ann");
});

mysqlTest("A lease whose row somebody has deleted can be had again", async (server) => {
  await using bench = await openBench(server);
  const { driver, database } = bench;
  await driver.prepare();
  await database.pool.query("DELETE FROM denock_lease");
  assertEquals((await driver.acquireLease({ owner: "ann", hostname: "", leaseMs: LEASE_MS })).held, false);
  assertEquals((await driver.acquireLease({ owner: "ann", hostname: "", leaseMs: LEASE_MS })).held, true);
});
