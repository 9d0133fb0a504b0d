import { assert, assertEquals, assertRejects } from "@std/assert";
import { createPool, type Pool } from "mysql2/promise";
import { ChangeFailedError } from "../../../mod.ts";
import { CommitUnknownError } from "../../../src/driver.ts";
import { type MysqlContext, MysqlDriver } from "../../../src/drivers/mysql/mod.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { type MysqlServer, mysqlTest } from "../../mysql_server.ts";
import { type Bench, HOSTNAME, openBench } from "./bench.ts";
import { type FaultyProxy, startFaultyProxy } from "./faulty_proxy.ts";

const COMMIT = "COMMIT AND NO CHAIN";

interface FaultyBench extends AsyncDisposable {
  readonly bench: Bench;
  readonly proxy: FaultyProxy;
}

/** A bench whose driver goes through a proxy. */
async function openFaulty(server: MysqlServer): Promise<FaultyBench> {
  const proxy = startFaultyProxy(server.url("mysql"));
  let pool: Pool | undefined;
  const bench = await openBench(server, {
    pool: ({ url }) => pool = createPool({ uri: proxy.url(url), connectionLimit: 4 }),
  });
  await bench.migrate({ id: "prepare" });
  return {
    bench,
    proxy,
    async [Symbol.asyncDispose]() {
      await bench.driver[Symbol.asyncDispose]();
      await pool?.end();
      await bench[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** Behind what the preparation has written: RUN, STARTED, EXECUTED. */
const PREPARED = 3;

async function addBob({ db }: MysqlContext): Promise<void> {
  await db.query("INSERT INTO people (name) VALUES ('Bob')");
}

mysqlTest("migrate() finds out that a commit whose confirmation was lost has happened", async (server) => {
  await using faulty = await openFaulty(server);
  const { bench, proxy } = faulty;
  proxy.lose(COMMIT, "lose the answer");
  const report = await bench.migrate({ transactional: true, execution: addBob });
  assertEquals([proxy.lost(), report.executed.length], [1, 1]);
  assertEquals(await bench.people(), ["Ann", "Bob"]);
  assertEquals(await bench.written(PREPARED), ["RUN STARTED", "EXECUTION EXECUTED"]);
});

mysqlTest("migrate() fences off a commit that was lost on the way and executes again", async (server) => {
  await using faulty = await openFaulty(server);
  const { bench, proxy } = faulty;
  proxy.lose(COMMIT, "lose the request");
  const report = await bench.migrate({ transactional: true, execution: addBob });
  assertEquals([proxy.lost(), report.executed.map(({ attempts }) => attempts)], [1, [2]]);
  assertEquals(await bench.people(), ["Ann", "Bob"]);
  assertEquals(await bench.written(PREPARED), ["RUN STARTED", "RUN STARTED", "EXECUTION EXECUTED"]);
});

mysqlTest("migrate() repeats a transaction whose connection was lost in front of the commit", async (server) => {
  await using faulty = await openFaulty(server);
  const { bench, proxy } = faulty;
  proxy.lose("VALUES ('Bob')", "lose the answer");
  const report = await bench.migrate({ transactional: true, execution: addBob });
  assertEquals([proxy.lost(), report.executed.map(({ attempts }) => attempts)], [1, [2]]);
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

mysqlTest("migrate() recognises its own RUN entry when the confirmation was lost", async (server) => {
  await using faulty = await openFaulty(server);
  const { bench, proxy } = faulty;
  // The statement is prepared first, and that goes by its text; executed it goes by a number and its values.
  proxy.lose("RUN", "lose the answer");
  const report = await bench.migrate({ transactional: true, execution: addBob });
  assertEquals([proxy.lost(), report.executed.length], [1, 1]);
  assertEquals(await bench.written(PREPARED), ["RUN STARTED", "EXECUTION EXECUTED"]);
});

mysqlTest("migrate() repeats a lost request for the lease", async (server) => {
  await using faulty = await openFaulty(server);
  const { bench, proxy } = faulty;
  proxy.lose(HOSTNAME, "lose the request");
  const report = await bench.migrate({ transactional: true, execution: addBob });
  assertEquals([proxy.lost(), report.executed.length], [1, 1]);
});

mysqlTest(
  "migrate() leaves a change unit without a transaction open when nobody can know what it did",
  async (server) => {
    await using faulty = await openFaulty(server);
    const { bench, proxy } = faulty;
    proxy.lose("VALUES ('Bob')", "lose the answer");
    const error = await assertRejects(() => bench.migrate({ execution: addBob }), ChangeFailedError);
    assertEquals(error.report.failed.map(({ state }) => state), ["STARTED"]);
    assertEquals(await bench.written(PREPARED), ["RUN STARTED", "EXECUTION STARTED"]);
  },
);

mysqlTest("migrate() executes a change unit again whose transaction was killed", async (server) => {
  await using bench = await openBench(server);
  const report = await bench.migrate({
    transactional: true,
    execution: async (context) => {
      await addBob(context);
      if (context.attempt > 1) return;
      const [[row]] = await context.db.query("SELECT CONNECTION_ID() AS id");
      await bench.database.pool.query("KILL CONNECTION ?", [row?.id]);
    },
  });
  assertEquals(report.executed.map(({ attempts }) => attempts), [2]);
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

mysqlTest("transaction() says that a commit whose connection is gone is unknown", async (server) => {
  await using faulty = await openFaulty(server);
  const { bench: { driver }, proxy } = faulty;
  proxy.lose(COMMIT, "lose the request");
  await assertRejects(() => driver.transaction(() => Promise.resolve(), () => {}), CommitUnknownError);
  await driver.transaction(() => Promise.resolve(), () => {});
});

mysqlTest(
  "append() ends the driver's own transaction that a lost connection has left on the server",
  async (server) => {
    await using bench = await openBench(server);
    const { pool, driver } = bench;
    await driver.prepare();
    const entry = await makeEntry(START);
    // A connection that the server still takes for alive, with the name and an entry of this driver.
    const left = await pool.getConnection();
    await left.query("SELECT GET_LOCK(?, 0)", [`denock:${driver.session}`]);
    await left.query("START TRANSACTION");
    await left.query("INSERT INTO denock_history (seq) VALUES (1)");
    const startedAt = performance.now();
    assertEquals(await driver.append(entry), "accepted");
    assert(performance.now() - startedAt < 5_000);
    left.destroy();
  },
);

mysqlTest(
  "append() at a position that an open transaction holds gives up soon, in a way that is worth another try",
  async (server) => {
    await using bench = await openBench(server);
    await bench.driver.prepare();
    const rival = new MysqlDriver({ pool: bench.database.open() });
    const entry = await makeEntry(START);
    await assertRejects(
      () =>
        rival.transaction(async ({ append }) => {
          await append(entry);
          const startedAt = performance.now();
          const error = await assertRejects(() => bench.driver.append(entry));
          assertEquals(bench.driver.classify(error), "transient");
          assert(performance.now() - startedAt < 10_000);
          throw new Error("no");
        }, () => {}),
      Error,
      "no",
    );
    assertEquals(await bench.driver.append(entry), "accepted");
    await rival[Symbol.asyncDispose]();
  },
);
