import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { ChangeFailedError, MigrationError } from "../../../mod.ts";
import type { MysqlContext } from "../../../src/drivers/mysql/mod.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { type MysqlServer, mysqlTest } from "../../mysql_server.ts";
import { type Bench, openBench } from "./bench.ts";

const ADD_BOB = "INSERT INTO people (name) VALUES ('Bob')";

/** Ways to end a transaction that nobody can see by looking at the statement. */
const HIDDEN: Readonly<Record<string, string>> = {
  "a procedure that commits": "COMMIT;",
  "a procedure that rolls back": "ROLLBACK;",
  "a procedure that commits and begins another": "COMMIT; START TRANSACTION;",
  "a procedure that changes the schema": "CREATE TABLE places (id INT);",
  "a procedure that changes the schema and begins another": "CREATE TABLE places (id INT); START TRANSACTION;",
};

async function openWithProcedure(server: MysqlServer, body: string): Promise<Bench> {
  const bench = await openBench(server);
  await bench.database.pool.query(`CREATE PROCEDURE hidden() BEGIN ${body} END`);
  return bench;
}

/** Executes a transactional change unit that must not be recorded as executed, and gives the code of what it failed with. */
async function failedCode(bench: Bench, execution: (context: MysqlContext) => Promise<void>): Promise<unknown> {
  const error = await assertRejects(() => bench.migrate({ transactional: true, execution }), ChangeFailedError);
  assertEquals(await bench.written(), ["RUN STARTED", "EXECUTION FAILED"]);
  return error.cause instanceof MigrationError ? error.cause.code : error.cause;
}

for (const [way, body] of Object.entries(HIDDEN)) {
  mysqlTest(`A change unit that calls ${way} is not recorded as executed`, async (server) => {
    await using bench = await openWithProcedure(server, body);
    const code = await failedCode(bench, async ({ db }) => {
      await db.query(ADD_BOB);
      await db.query("CALL hidden()");
    });
    assertEquals(code, "TRANSACTION_ENDED");
  });
}

mysqlTest(
  "A change unit that prepares and executes a change of the schema is not recorded as executed",
  async (server) => {
    await using bench = await openBench(server);
    const code = await failedCode(bench, async ({ db }) => {
      await db.query("PREPARE hidden FROM 'CREATE TABLE places (id INT)'");
      await db.query("EXECUTE hidden");
    });
    assertEquals(code, "TRANSACTION_ENDED");
  },
);

mysqlTest("After its transaction was ended a change unit can do nothing more", async (server) => {
  await using bench = await openWithProcedure(server, "COMMIT;");
  const code = await failedCode(bench, async ({ db }) => {
    await db.query("CALL hidden()");
    await db.query(ADD_BOB).catch(() => {});
  });
  assertEquals(code, "TRANSACTION_ENDED");
  assertEquals(await bench.people(), ["Ann"]);
});

mysqlTest("A procedure that leaves the transaction open is part of it", async (server) => {
  await using bench = await openWithProcedure(server, `SELECT 1; ${ADD_BOB};`);
  await bench.migrate({ transactional: true, execution: async ({ db }) => void await db.query("CALL hidden()") });
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

mysqlTest("A change unit that catches an error that ends no transaction goes on", async (server) => {
  await using bench = await openBench(server);
  await bench.migrate({
    transactional: true,
    execution: async ({ db }) => {
      await db.query(ADD_BOB);
      await assertRejects(() => db.query(ADD_BOB), Error, "Duplicate");
      await assertRejects(() => db.query("SELECT nothing"), Error, "nothing");
    },
  });
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

mysqlTest(
  "A change unit that catches a dead lock is executed again from its beginning, and takes effect once",
  async (server) => {
    await using bench = await openBench(server);
    await bench.database.pool.query("INSERT INTO people (id, name) VALUES (50, 'Zoe')");
    const rival = await bench.database.pool.getConnection();
    let caught = 0;
    const report = await bench.migrate({
      transactional: true,
      execution: async ({ db, attempt }) => {
        await db.query("UPDATE people SET name = CONCAT(name, '!') WHERE id = 1");
        if (attempt === 1) {
          await rival.query("START TRANSACTION");
          // The heavier transaction survives a dead lock.
          for (let id = 100; id < 150; id++) await rival.query("INSERT INTO people (id) VALUES (?)", [id]);
          await rival.query("UPDATE people SET name = CONCAT(name, '?') WHERE id = 50");
          const waiting = rival.query("UPDATE people SET name = CONCAT(name, '?') WHERE id = 1");
          await db.query("UPDATE people SET name = CONCAT(name, '!') WHERE id = 50").catch(() => caught++);
          await waiting;
          await rival.query("ROLLBACK");
          await db.query(ADD_BOB).catch(() => {});
        } else {
          await db.query(ADD_BOB);
        }
      },
    });
    rival.release();
    assertEquals([caught, report.executed.map(({ attempts }) => attempts)], [1, [2]]);
    assertEquals(await bench.people(), ["Ann!", "Zoe", "Bob"]);
  },
);

mysqlTest("A change unit that changes data alone takes effect as a whole or not at all", async (server) => {
  await using bench = await openBench(server);
  const execution = async ({ db }: MysqlContext) => {
    await db.query(ADD_BOB);
    await db.query("UPDATE people SET name = 'Amy' WHERE name = 'Ann'");
    throw new Error("it fails");
  };
  await assertRejects(() => bench.migrate({ transactional: true, execution }), ChangeFailedError, "it fails");
  assertEquals(await bench.people(), ["Ann"]);
});

mysqlTest(
  "A change unit of which nothing is said gets no transaction, and its rollback method undoes what it has done",
  async (server) => {
    await using bench = await openBench(server);
    const isTherePlaces = async () => {
      const [rows] = await bench.database.pool.query("SHOW TABLES LIKE 'places'");
      return (rows as unknown[]).length > 0;
    };
    await assertRejects(
      () =>
        bench.migrate({
          execution: async ({ db }) => {
            await db.query("CREATE TABLE places (id INT)");
            assertEquals(await isTherePlaces(), true);
            await db.query("ALTER TABLE nothing ADD COLUMN id INT");
          },
          rollbackExecution: async ({ db }) => void await db.query("DROP TABLE places"),
        }),
      ChangeFailedError,
      "nothing",
    );
    assertEquals(await isTherePlaces(), false);
    assertEquals(await bench.written(), ["RUN STARTED", "EXECUTION STARTED", "EXECUTION ROLLED_BACK"]);
  },
);

mysqlTest("A change unit without a transaction may begin and commit one itself", async (server) => {
  await using bench = await openBench(server);
  await bench.migrate({
    execution: async ({ db }) => {
      for (const statement of ["START TRANSACTION", ADD_BOB, "COMMIT"]) await db.query(statement);
    },
  });
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

for (const begin of ["START TRANSACTION", "SET autocommit = 0"]) {
  mysqlTest(
    `A change unit that ends with what it has begun by ${begin} is not recorded as executed`,
    async (server) => {
      await using bench = await openBench(server);
      const execution = async ({ db }: MysqlContext) => {
        for (const statement of [begin, ADD_BOB]) await db.query(statement);
      };
      await assertRejects(
        () => bench.migrate({ execution }),
        MigrationError,
        "has begun a transaction and not ended it",
      );
      assertEquals(await bench.people(), ["Ann"]);
      assertEquals(await bench.written(), ["RUN STARTED", "EXECUTION STARTED"]);
    },
  );
}

mysqlTest(
  "A change unit that catches the loss of its connection is executed again, and nothing is done outside of a transaction",
  async (server) => {
    await using bench = await openBench(server);
    const kill = async () => {
      const [rows] = await bench.database.pool.query("SELECT IS_USED_LOCK(?) AS id", [
        `denock:${bench.driver.session}`,
      ]);
      await bench.database.pool.query("KILL CONNECTION ?", [Reflect.get((rows as object[])[0] ?? {}, "id")]);
    };
    for (const when of ["before", "after"]) {
      const name = `${when} the first statement`;
      const report = await bench.migrate({
        id: name,
        transactional: true,
        execution: async ({ db, attempt }) => {
          const add = (text: string) => db.execute("INSERT INTO people (name) VALUES (?)", [`${text} ${name}`]);
          if (attempt > 1) return void await add("again");
          if (when === "after") await add("first");
          await kill();
          // Each of them may meet the loss; none may go over another connection.
          for (const text of ["second", "third", "fourth"]) await add(text).catch(() => {});
        },
      });
      assertEquals(report.executed.map(({ attempts }) => attempts), [2]);
    }
    assertEquals(await bench.people(), ["Ann", "again before the first statement", "again after the first statement"]);
  },
);

mysqlTest("A change unit whose time is over while a statement runs keeps nobody waiting", async (server) => {
  await using bench = await openBench(server);
  await bench.driver.prepare();
  let startedAt = 0;
  await assertRejects(
    () =>
      bench.driver.transaction(async ({ context: { db } }) => {
        await db.query("UPDATE people SET name = 'Amy' WHERE id = 1");
        // The core gives up a method that does not stop in time, and leaves what it is waiting for behind.
        db.query("SELECT SLEEP(60)").catch(() => {});
        while (!await isSleeping(bench)) { /* asked again */ }
        startedAt = performance.now();
        throw new Error("its time is over");
      }, () => {}),
    Error,
    "its time is over",
  );
  assertEquals(await bench.driver.append(await makeEntry(START)), "accepted");
  await bench.database.pool.query("UPDATE people SET name = 'Zoe' WHERE id = 1");
  assertLess(performance.now() - startedAt, 10_000);
  assertEquals(await bench.people(), ["Zoe"]);
});

async function isSleeping({ database }: Bench): Promise<boolean> {
  const [rows] = await database.pool.query(
    "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info = 'SELECT SLEEP(60)'",
  );
  return (rows as unknown[]).length > 0;
}
