import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { Sql } from "postgres";
import type { PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { MigrationError } from "../../../src/errors.ts";
import { type PostgresDatabase, postgresTest } from "../../postgres_server.ts";
import { allow, attempt, errorOf, prepared } from "./fixture.ts";

async function withThings(database: PostgresDatabase): Promise<{ sql: Sql; driver: PostgresDriver }> {
  const made = await prepared(database);
  await made.sql`create table things (key text unique)`;
  return made;
}

async function keysIn(sql: Sql): Promise<string[]> {
  return (await sql`select key from things order by key`).map(({ key }) => key);
}

postgresTest("Inside a transaction every way to send a statement is part of it", async (database) => {
  const { sql, driver } = await withThings(database);
  const file = await Deno.makeTempFile({ suffix: ".sql" });
  await Deno.writeTextFile(file, "insert into things values ('file')");
  const error = new Error("no");
  const work = (fails: boolean) =>
    attempt(driver, async ({ context: { db } }) => {
      const values = db`values ${db([["fragment"], ["helper"]])}`;
      await db`insert into things ${values}`;
      await db.unsafe("insert into things values ($1)", ["unsafe"]);
      await db.file(file);
      await db.savepoint(async (inner) => void await inner`insert into things values ('savepoint')`);
      // Nobody waits for this one.
      db`insert into things values ('unwaited')`.execute();
      const seen: string[] = [];
      for await (const rows of db`select key from things order by key`.cursor(2)) {
        seen.push(...rows.map(({ key }) => key));
      }
      await db`select key from things`.forEach(({ key }) => void seen.push(key));
      assertEquals(new Set(seen), new Set(["file", "fragment", "helper", "savepoint", "unsafe", "unwaited"]));
      assertEquals((await db`select 1 as one`.values())[0], [1]);
      if (fails) throw error;
    });
  assertStrictEquals(await errorOf(work(true)), error);
  assertEquals(await keysIn(sql), []);
  await work(false);
  assertEquals((await keysIn(sql)).length, 6);
  await Deno.remove(file);
});

postgresTest("A guard that throws keeps everything from being sent, also what was made before", async (database) => {
  const { sql, driver } = await withThings(database);
  const refusal = new Error("the guard says no");
  let isOver = false;
  const { db } = driver.context(() => {
    if (isOver) throw refusal;
  });
  const made = db`insert into things values ('made')`;
  const rows = db`select 1`.cursor();
  isOver = true;
  const uses = [
    async () => await made,
    async () => await made.catch((error) => Promise.reject(error)),
    async () => await db`insert into things values ('late')`,
    async () => await db.unsafe("insert into things values ('unsafe')"),
    async () => await db.notify("channel", "late"),
    async () => await db.begin(async (inner) => void await inner`insert into things values ('begin')`),
    async () => await Array.fromAsync(rows),
  ];
  for (const use of uses) assertStrictEquals(await errorOf(use()), refusal);
  assertThrows(() => db`select 1`.execute(), Error, "the guard says no");
  assertEquals(await keysIn(sql), []);
});

postgresTest("A change unit can begin a transaction of its own where it has none", async (database) => {
  const { sql, driver } = await withThings(database);
  const { db } = driver.context(allow);
  const error = new Error("no");
  const thrown = await errorOf(db.begin(async (inner) => {
    await inner`insert into things values ('one')`;
    throw error;
  }));
  assertStrictEquals(thrown, error);
  assertEquals(await db.begin(async (inner) => (await inner`insert into things values ('two')`).count), 1);
  assertEquals(await keysIn(sql), ["two"]);
  await assertRejects(async () => await db.savepoint(() => Promise.resolve()), TypeError, "use `begin`");
});

postgresTest(
  "What begins or ends a transaction is refused before it is sent, and the transaction goes on",
  async (database) => {
    const { sql, driver } = await withThings(database);
    await attempt(driver, async ({ context: { db } }) => {
      const uses = [
        async () => await db`commit`,
        async () => await db.unsafe("insert into things values ('no'); rollback; begin"),
        async () => await db.begin(() => Promise.resolve()),
      ];
      for (const use of uses) {
        const error = await errorOf(use());
        assert(error instanceof MigrationError && error.code === "REFUSED_IN_TRANSACTION", String(error));
      }
      for (const name of ["end", "reserve", "listen", "prepare"]) {
        assertThrows(() => Reflect.get(db, name)(), TypeError, "belongs to the caller");
      }
      await db`insert into things values ('yes')`;
    });
    assertEquals(await keysIn(sql), ["yes"]);
  },
);

postgresTest("A transaction that the change unit has ended unseen is not recorded", async (database) => {
  const { driver } = await withThings(database);
  const file = await Deno.makeTempFile({ suffix: ".sql" });
  await Deno.writeTextFile(file, "rollback; begin");
  const error = await errorOf(attempt(driver, async ({ context: { db } }) => void await db.file(file)));
  assert(error instanceof MigrationError && error.code === "TRANSACTION_ENDED", String(error));
  assertEquals(await driver.readHistory(), []);
  await Deno.remove(file);
});

postgresTest(
  "An error that the change unit catches has ended the transaction, unless it was in a savepoint",
  async (database) => {
    const { sql, driver } = await withThings(database);
    const duplicate = (db: Sql) => db`insert into things values ('one'), ('one')`;
    for (const goesOn of [true, false]) {
      const error = await errorOf(attempt(driver, async ({ context }) => {
        const db = context.db as unknown as Sql;
        await duplicate(db).catch(() => {});
        if (goesOn) await db`insert into things values ('two')`;
      }));
      assert(error instanceof MigrationError && error.code === "TRANSACTION_ENDED", String(error));
      assert(error.message.includes("things_key_key"), error.message);
      assertEquals((error.cause as { code: string }).code, "23505");
    }
    assertEquals(await driver.readHistory(), []);
    await attempt(driver, async ({ context: { db } }) => {
      await db.savepoint((inner) => duplicate(inner as unknown as Sql).then(() => {})).catch(() => {});
      await db`insert into things values ('two')`;
    });
    assertEquals(await keysIn(sql), ["two"]);
  },
);

postgresTest(
  "The error that has ended the transaction is told, not one that a savepoint has survived",
  async (database) => {
    const { driver } = await withThings(database);
    const error = await errorOf(attempt(driver, async ({ context: { db } }) => {
      await db.savepoint(async (inner) => void await inner`select nothing`).catch(() => {});
      await db`select 1 / 0`.catch(() => {});
    }));
    assert(error instanceof MigrationError && error.code === "TRANSACTION_ENDED", String(error));
    assertEquals((error.cause as { code: string }).code, "22012");
  },
);

postgresTest(
  "A statement that the client itself refuses ends the transaction as well, without any doubt",
  async (database) => {
    const { driver } = await withThings(database);
    const error = await errorOf(attempt(driver, async ({ context: { db } }) => {
      await db`select ${undefined as unknown as string}`.catch(() => {});
    }));
    assert(error instanceof MigrationError && error.code === "TRANSACTION_ENDED", String(error));
    assertEquals(await driver.readHistory(), []);
  },
);
