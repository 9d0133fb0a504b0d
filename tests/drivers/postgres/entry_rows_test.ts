import { assertEquals } from "@std/assert";
import postgres from "postgres";
import { PostgresDriver } from "../../../src/drivers/postgres/mod.ts";
import { verifyDigests } from "../../../src/history/digest.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { postgresTest } from "../../postgres_server.ts";
import { prepared } from "./fixture.ts";

const ODD = {
  texts: ["\0", "a\0b\0", "\uE000", "\uE0000000", "\uD83D", "\uDD95 alone", "🦕", "\u{10FFFF}", "'; drop table x --"],
  numbers: [-0.5, 5e-324, 1.7976931348623157e308, 9007199254740993, 0.1, 1e21, -1e-7],
  "name \0 of \uD800": { __proto: 1, constructor: [[], {}, null] },
};

postgresTest(
  "An entry with texts that PostgreSQL cannot store comes back as it was, and its digest fits",
  async (database) => {
    const { driver } = await prepared(database);
    const text = ODD.texts.join("|");
    const entry = await makeEntry(START, {
      ...{ changeId: text, author: text, file: text, executionHostname: text, systemVersion: text },
      metadata: ODD,
      error: { name: text, code: text, message: text },
      comment: { by: text, reason: text },
      executionMillis: Number.MAX_SAFE_INTEGER,
    });
    assertEquals(await driver.append(entry), "accepted");
    const read = await driver.readHistory();
    assertEquals(read, [entry]);
    await verifyDigests(read);
  },
);

postgresTest("An entry is kept in typed columns that a person can ask", async (database) => {
  const { driver, sql } = await prepared(database);
  await driver.append(await makeEntry(START));
  const [row] = await sql`
    select metadata -> 'nested' -> 'list' ->> 2 as third, "timestamp" + interval '1 hour' as later, run_always
    from denock_history where seq = 1`;
  assertEquals({ ...row }, { third: "three", later: new Date("2026-01-02T04:04:05.678Z"), run_always: true });
});

postgresTest("What a client makes of types and names does not touch the history and the lease", async (database) => {
  const sql = database.connect({
    transform: postgres.camel,
    connection: { TimeZone: "America/St_Johns", DateStyle: "SQL, DMY", IntervalStyle: "sql_standard" },
    types: { bigint: postgres.BigInt } as Record<never, never>,
  });
  const driver = new PostgresDriver({ sql });
  await driver.prepare();
  const entry = await makeEntry(START, { metadata: { snake_case: { another_one: 1 } } });
  await driver.append(entry);
  assertEquals(await driver.readHistory(), [entry]);
  const lease = { owner: "ann", hostname: "", leaseMs: 60_000 };
  const reply = await driver.acquireLease(lease);
  assertEquals([reply.held, reply.held && reply.token], [true, 1]);
  const refusal = await new PostgresDriver({ sql: database.connect() }).acquireLease({ ...lease, owner: "bob" });
  const own = await driver.acquireLease({ ...lease, owner: "bob" });
  assertEquals(!own.held && own.stamp, !refusal.held && refusal.stamp);
});
