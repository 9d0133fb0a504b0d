import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { ChangeFailedError } from "../../mod.ts";
import type { MongoContext } from "../../src/drivers/mongodb/mod.ts";
import { entriesOf, everyDatabase, linesOf, onMongodb, onSqlite, runnerOn } from "./bench.ts";
import { type Calls, unitsOn } from "./units.ts";

onMongodb("writes through the client survive the abort of the transaction, those through db do not", async (bench) => {
  const throughClient = async (context: object) => {
    const { client } = context as MongoContext;
    await client.db().collection<{ _id: string }>("things").insertOne({ _id: "through the client" });
  };
  const unit = unitsOn(bench)("1", "a", { fails: ["execution"] });
  const units = [{
    ...unit,
    execution: async (context: object) => {
      await throughClient(context);
      await unit.execution(context as Parameters<typeof unit.execution>[0]);
    },
  }];
  const runner = await runnerOn(bench, units);
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(Object.keys(await bench.data()), ["through the client"]);
});

everyDatabase(
  "a successful unit with a before step leaves its entries, in order and of one execution",
  async (bench) => {
    const metadata = { release: "1.2.3", build: 7 };
    const runner = await runnerOn(bench, [unitsOn(bench)("1", "a", { before: true })], { metadata });
    const { executionId } = await runner.migrate();
    const entries = await entriesOf(bench);
    assertEquals(entries.map(({ seq, type, state }) => `${seq} ${type} ${state}`), [
      "1 RUN STARTED",
      "2 BEFORE_EXECUTION STARTED",
      "3 BEFORE_EXECUTION EXECUTED",
      "4 EXECUTION EXECUTED",
    ]);
    for (const entry of entries) assertEquals([entry.executionId, entry.metadata], [executionId, metadata]);
    assertEquals(await bench.data(), { a: 1, "before a": 1 });
  },
);

everyDatabase("a before step that fails leaves ROLLED_BACK, and its execution is not called", async (bench) => {
  for (const [order, transactional] of [["1", true], ["2", false]] as const) {
    const calls: Calls = [];
    const id = `u${order}`;
    const unit = unitsOn(bench, calls)(order, id, { transactional, before: true, fails: ["before"] });
    const runner = await runnerOn(bench, [unit]);
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(calls, [`before ${id}`, `rollback before ${id}`]);
    assertEquals(error.report.failed.map(({ state }) => state), ["ROLLED_BACK"]);
    assertEquals((await linesOf(bench)).slice(-2), [`before ${id} STARTED`, `before ${id} ROLLED_BACK`]);
    assertEquals((await entriesOf(bench)).at(-1)?.error?.message, `the before of ${id} is broken`);
    assertEquals(await bench.data(), {});
  }
});

everyDatabase(
  "a database is left empty until there is something to execute, and then holds nothing of ours but entries",
  async (bench) => {
    const before = await (await runnerOn(bench, [])).plan();
    assertEquals([before.steps, await entriesOf(bench)], [[], []]);
    await (await runnerOn(bench, [unitsOn(bench)("1", "a")])).migrate();
    assertEquals((await entriesOf(bench)).map(({ changeId }) => changeId), [null, "a"]);
  },
);

onMongodb("no index is made but the one of the primary key, and only two collections", async (bench) => {
  await (await runnerOn(bench, [unitsOn(bench)("1", "a")])).migrate();
  const names = (await bench.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  assertEquals(names.toSorted(), ["denockHistory", "denockLease", "things"]);
  for (const name of names) {
    assertEquals((await bench.db.collection(name).indexes()).map(({ name }) => name), ["_id_"]);
  }
});

const LEASE_MS = 800;

/** Works for longer than two leases. */
async function outlastLease(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS + 200));
}

for (const transactional of [true, false]) {
  const kind = transactional ? "transactional" : "non-transactional";
  // A transaction of SQLite keeps everybody else from writing, and so from asking: see lock_test.ts.
  const register = transactional ? onMongodb : everyDatabase;
  register(`the lock is kept while a ${kind} unit takes longer than two leases`, async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const began = Promise.withResolvers<void>();
    const slow = unit("1", "a", {
      transactional,
      then: async () => {
        began.resolve();
        await outlastLease();
      },
    });
    const lock = { leaseMs: LEASE_MS };
    const holder = (await runnerOn(bench, [slow], { lock })).migrate();
    await began.promise;
    const startedAt = performance.now();
    const taken: boolean[] = [];
    const waiter = await runnerOn(bench, [unit("1", "a", { transactional })], {
      lock,
      listener: (event) => event.type === "lock.acquired" && taken.push(event.takenOver),
    });
    const report = await waiter.migrate();
    assertGreaterOrEqual(performance.now() - startedAt, LEASE_MS);
    assertEquals([(await holder).executed.length, report.executed], [1, []]);
    assertEquals([calls, taken.includes(true)], [["execution a"], false]);
    assertEquals(await bench.data(), { a: 1 });
  });
}

everyDatabase(
  "without transactions what an irreversible unit has done until it failed stays, and is reported",
  async (bench) => {
    const unit = unitsOn(bench);
    const { rollbackExecution: _, ...rest } = unit("1", "a", { fails: ["execution"] });
    const irreversible = { ...rest, irreversible: "a test" } as ReturnType<typeof unit>;
    const runner = await runnerOn(bench, [irreversible, unit("2", "b")], { transactionStrategy: "none" });
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(error.report.failed.map(({ state }) => state), ["ROLLBACK_FAILED"]);
    assertEquals(error.report.pending.map(({ id }) => id), ["b"]);
    assertEquals(await bench.data(), { a: 1 });
  },
);

onSqlite("a failed entry has these columns and values", async (bench) => {
  await failOnce(bench);
  const row = bench.database.prepare("SELECT * FROM denock_history ORDER BY seq DESC LIMIT 1").get();
  assert(row !== undefined);
  assertEquals({ ...row, ...VARYING }, {
    seq: 2,
    format: 1,
    ...VARYING,
    operation: "MIGRATE",
    type: "EXECUTION",
    state: "FAILED",
    change_id: "a",
    author: "ann",
    change_order: "1",
    file: null,
    checksum: null,
    system_version: "1.2",
    run_always: 0,
    execution_millis: null,
    attempts: 1,
    execution_hostname: "host-1",
    session: null,
    comment: null,
    metadata: '{"release":"1.2.3"}',
    error: '{"name":"Error","code":null,"message":"the execution of a is broken"}',
    settled: null,
  });
  assertEquals(typeof row.timestamp, "string");
});

onMongodb("a failed entry has these fields, values and types", async (bench) => {
  await failOnce(bench);
  const [document] = await bench.db.collection("denockHistory").find().sort({ _id: -1 }).limit(1).toArray();
  assert(document !== undefined && document.timestamp instanceof Date);
  const { execution_id: _, ...varying } = { ...VARYING, executionId: "" };
  assertEquals({ ...document, ...varying } as object, {
    _id: 2,
    format: 1,
    ...varying,
    operation: "MIGRATE",
    type: "EXECUTION",
    state: "FAILED",
    changeId: "a",
    author: "ann",
    order: "1",
    file: null,
    checksum: null,
    systemVersion: "1.2",
    runAlways: false,
    executionMillis: null,
    attempts: 1,
    executionHostname: "host-1",
    session: null,
    comment: null,
    metadata: { release: "1.2.3" },
    error: { name: "Error", code: null, message: "the execution of a is broken" },
    settled: null,
  });
});

const VARYING = { execution_id: "", timestamp: "", previous: "", digest: "" };

async function failOnce(bench: Parameters<Parameters<typeof everyDatabase>[1]>[0]): Promise<void> {
  const unit = unitsOn(bench)("1", "a", { author: "ann", systemVersion: "1.2", fails: ["execution"] });
  const runner = await runnerOn(bench, [unit], { metadata: { release: "1.2.3" } });
  await assertRejects(() => runner.migrate(), ChangeFailedError);
}
