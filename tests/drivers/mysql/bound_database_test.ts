import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ChangeFailedError, MigrationError } from "../../../mod.ts";
import type { MysqlDatabase } from "../../../src/drivers/mysql/mod.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { mysqlTest } from "../../mysql_server.ts";
import { assertCode, openBench } from "./bench.ts";

const ADD_BOB = "INSERT INTO people (name) VALUES ('Bob')";

mysqlTest("query() and execute() of db give rows and the status of statements like the client", async (server) => {
  await using bench = await openBench(server);
  const { db } = bench.driver.context(() => {});
  const [status] = await db.query<{ affectedRows: number; insertId: number }>("INSERT INTO people (name) VALUES (?)", [
    "Bob",
  ]);
  assertEquals([status.affectedRows, status.insertId], [1, 2]);
  const [rows] = await db.execute<{ id: number; name: string }[]>("SELECT * FROM people WHERE name = ?", ["Bob"]);
  assertEquals(rows.map(({ id, name }) => [id, name]), [[2, "Bob"]]);
  const [arrays] = await db.query<unknown[][]>({ sql: "SELECT name FROM people", rowsAsArray: true });
  assertEquals(arrays.flat(), ["Ann", "Bob"]);
  assertEquals(db.format("SELECT ??, ?", ["a`b", "it's"]), "SELECT `a``b`, 'it\\'s'");
  assertEquals([db.escape("it's"), db.escapeId("a`b")], ["'it\\'s'", "`a``b`"]);
});

mysqlTest("db refuses what belongs to the owner of the connection", async (server) => {
  await using bench = await openBench(server);
  const { db } = bench.driver.context(() => {});
  for (const name of ["release", "end", "destroy", "beginTransaction", "commit", "rollback", "changeUser", "reset"]) {
    assertThrows(() => Reflect.get(db, name), TypeError, name);
  }
  // What is asked of everything, such as by `await`, is simply not there.
  assertEquals(Reflect.get(db, "then"), undefined);
});

mysqlTest("Statements of a transaction go one after the other in the order of the calls", async (server) => {
  await using bench = await openBench(server);
  const report = await bench.migrate({
    transactional: true,
    execution: async ({ db }) => {
      const names = Array.from({ length: 20 }, (_, index) => `person ${index}`);
      await Promise.all(names.map((name) => db.execute("INSERT INTO people (name) VALUES (?)", [name])));
    },
  });
  assertEquals(report.executed.length, 1);
  assertEquals((await bench.people()).slice(1), Array.from({ length: 20 }, (_, index) => `person ${index}`));
});

mysqlTest("A change of the schema in a transaction is refused before it is sent, with the ways out", async (server) => {
  await using bench = await openBench(server);
  let refusal: unknown;
  const error = await assertRejects(
    () =>
      bench.migrate({
        transactional: true,
        execution: async ({ db }) => {
          await db.query(ADD_BOB);
          refusal = await assertCode("REFUSED_IN_TRANSACTION", () => db.query("CREATE TABLE places (id INT)"));
          throw refusal;
        },
      }),
    ChangeFailedError,
  );
  for (const way of ["CREATE TABLE", "beforeExecution", "transactional: true"]) {
    assertStringIncludes(String(refusal), way);
  }
  assertEquals((error.cause as MigrationError).code, "REFUSED_IN_TRANSACTION");
  assertEquals(await bench.people(), ["Ann"]);
  assertEquals(await bench.written(), ["RUN STARTED", "EXECUTION FAILED"]);
});

mysqlTest("A change unit that catches a refusal goes on in its transaction", async (server) => {
  await using bench = await openBench(server);
  await bench.migrate({
    transactional: true,
    execution: async ({ db }) => {
      await db.query(ADD_BOB);
      await assertCode("REFUSED_IN_TRANSACTION", () => db.query("COMMIT"));
      await assertCode("REFUSED_IN_TRANSACTION", () => db.execute({ sql: "/*!50000 DROP TABLE people */" }));
      assertEquals(await bench.people(), ["Ann"]);
    },
  });
  assertEquals(await bench.people(), ["Ann", "Bob"]);
});

mysqlTest("What SET, USE and temporary tables leave behind does not reach the next change unit", async (server) => {
  await using bench = await openBench(server);
  const leave = async (db: MysqlDatabase) => {
    await db.query("SET SESSION sql_mode = 'ANSI_QUOTES', foreign_key_checks = 0");
    await db.query("CREATE TEMPORARY TABLE mine (id INT)");
    await db.query("USE mysql");
  };
  for (const transactional of [true, false]) {
    await bench.migrate({ id: `leaves ${transactional}`, transactional, execution: ({ db }) => leave(db) });
    await bench.migrate({
      id: `finds nothing ${transactional}`,
      transactional: true,
      execution: async ({ db }) => {
        const [[row]] = await db.query("SELECT DATABASE() AS name, @@foreign_key_checks AS checks");
        assertNotEquals(row?.name, "mysql");
        assertEquals(row?.checks, 1);
        await assertRejects(() => db.query("SELECT * FROM mine"), Error, "mine");
      },
    }).catch((error) => {
      throw error.cause;
    });
  }
  assertEquals((await bench.written()).filter((entry) => entry === "EXECUTION EXECUTED").length, 4);
});

mysqlTest("A call that is not awaited cannot reach the database after the transaction", async (server) => {
  await using bench = await openBench(server);
  await bench.driver.prepare();
  let kept: MysqlDatabase | undefined;
  await bench.driver.transaction(async ({ context, append }) => {
    kept = context.db;
    await append(await makeEntry(START));
  }, () => {});
  await assertCode("TRANSACTION_ENDED", () => kept?.query(ADD_BOB) ?? Promise.resolve());
  assertEquals(await bench.people(), ["Ann"]);
});

mysqlTest("runScript() runs all statements of a text, and says what it needs where it may not", async (server) => {
  await using bench = await openBench(server);
  const script = `${ADD_BOB};\n${ADD_BOB.replace("Bob", "Cid")};`;
  await assertRejects(
    () => bench.driver.runScript(bench.driver.context(() => {}), script),
    TypeError,
    "multipleStatements",
  );
  await using scripts = await openBench(server, { pool: ({ open }) => open({ multipleStatements: true }) });
  await scripts.driver.runScript(scripts.driver.context(() => {}), script);
  assertEquals(await scripts.people(), ["Ann", "Bob", "Cid"]);
});
