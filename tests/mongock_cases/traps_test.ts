import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { ChangeFailedError, type ExecutionReport, HistoryNotWrittenError, PlanError } from "../../mod.ts";
import type { MongoContext } from "../../src/drivers/mongodb/mod.ts";
import { type Bench, entriesOf, everyDatabase, linesOf, onMongodb, onSqlite, runnerOn } from "./bench.ts";
import { type Calls, type Method, unitsOn } from "./units.ts";

everyDatabase("units of earlier executions are never rolled back when a later one fails", async (bench) => {
  for (const transactionStrategy of ["none", "change"] as const) {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const id = (name: string) => `${transactionStrategy}_${name}`;
    const order = transactionStrategy === "none" ? 1 : 10;
    const said = { transactional: false, before: true };
    const first = [unit(`${order}`, id("a"), said), unit(`${order + 1}`, id("b"), said)];
    const options = { transactionStrategy, rules: { missing: "warn" } } as const;
    await (await runnerOn(bench, first, options)).migrate();
    calls.length = 0;
    const failing = [...first, unit(`${order + 2}`, id("c"), { ...said, fails: ["execution"] })];
    const runner = await runnerOn(bench, failing, options);
    await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(
      calls,
      ["before", "execution", "rollback", "rollback before"].map((method) => `${method} ${id("c")}`),
    );
    const data = await bench.data();
    for (const name of ["a", "b"]) assertEquals([data[id(name)], data[`before ${id(name)}`]], [1, 1]);
    const next = await (await runnerOn(bench, first, options)).migrate();
    assertEquals(next.executed, []);
  }
});

/** What a rollback that fails leaves of a non-transactional unit with a before step whose execution has failed. */
const rollbackCases: readonly [what: string, fails: Method[], lines: string[]][] = [
  ["rollback that fails", ["execution", "rollback"], [
    "a ROLLBACK_FAILED",
    "before a STARTED",
    "before a ROLLED_BACK",
  ]],
  ["rollback of a before step that fails", ["execution", "rollback before"], [
    "a ROLLED_BACK",
    "before a STARTED",
    "before a ROLLBACK_FAILED",
  ]],
  ["pair of rollbacks that fail", ["execution", "rollback", "rollback before"], [
    "a ROLLBACK_FAILED",
    "before a STARTED",
    "before a ROLLBACK_FAILED",
  ]],
];

for (const [what, fails, lines] of rollbackCases) {
  everyDatabase(`a ${what} does not hide the first error, and every rollback runs`, async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const runner = await runnerOn(bench, [unit("1", "a", { transactional: false, before: true, fails })]);
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(calls, ["before a", "execution a", "rollback a", "rollback before a"]);
    assertStringIncludes(error.message, "the execution of a is broken");
    assertEquals(messagesOf(error.cause), fails.map((method) => `the ${method} of a is broken`));
    assertEquals(error.report.failed.map(({ state }) => state), ["ROLLBACK_FAILED"]);
    assertEquals((await linesOf(bench)).slice(3), lines);
    for (const { state, error } of await entriesOf(bench)) {
      if (state === "ROLLBACK_FAILED") assertStringIncludes(error?.message ?? "", "the execution of a is broken");
    }
    assertEquals(await bench.data(), {});
    const second = await runnerOn(bench, [unit("1", "a", { transactional: false, before: true })]);
    const { problems } = await assertRejects(() => second.migrate(), PlanError);
    assertEquals(problems.map(({ code }) => code), ["CHANGE_ROLLBACK_FAILED"]);
  });
}

/** The messages of all errors in an error, the first one first. */
function messagesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(messagesOf);
  assert(error instanceof Error);
  return [error.message];
}

everyDatabase(
  "a unit x_before stands beside a unit x with a before step, and neither overwrites the other",
  async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const units = [unit("1", "x", { before: true }), unit("2", "x_before", { before: true, fails: ["execution"] })];
    const failing = await runnerOn(bench, units);
    await assertRejects(() => failing.migrate(), ChangeFailedError);
    assertEquals(await linesOf(bench), [
      "before x STARTED",
      "before x EXECUTED",
      "x EXECUTED",
      "before x_before STARTED",
      "before x_before EXECUTED",
      "x_before FAILED",
      "before x_before STARTED",
      "before x_before ROLLED_BACK",
    ]);
    assertEquals(await bench.data(), { "before x": 1, x: 1 });
    const { changes } = await failing.plan();
    assertEquals(changes.map(({ id, state, decision }) => [id, state, decision]), [
      ["x", "EXECUTED", "done"],
      ["x_before", "FAILED", "run"],
    ]);
  },
);

/** Lets the database refuse entries of change units in some states, as for want of space, until it is told to stop. */
type Refuse = (states: readonly string[]) => Promise<() => Promise<void>>;

/** Registers a case on the databases that can refuse entries. */
function whereEntriesAreRefused(name: string, run: (bench: Bench, refuse: Refuse) => Promise<void>): void {
  onMongodb(name, (bench) =>
    run(bench, async (states) => {
      const collMod = "denockHistory";
      await bench.db.command({ collMod, validator: { $or: [{ state: { $nin: states } }, { type: "RUN" }] } });
      return async () => void await bench.db.command({ collMod, validator: {} });
    }));
  onSqlite(name, (bench) =>
    run(bench, (states) => {
      const refused = `NEW.type <> 'RUN' AND NEW.state IN (${states.map((state) => `'${state}'`).join()})`;
      bench.database.exec(
        `CREATE TRIGGER refuse BEFORE INSERT ON denock_history WHEN ${refused} BEGIN SELECT RAISE(ABORT, 'no space'); END`,
      );
      return Promise.resolve(() => Promise.resolve(bench.database.exec("DROP TRIGGER refuse")));
    }));
}

whereEntriesAreRefused(
  "the end of a non-transactional unit cannot be recorded: that is an error",
  async (bench, refuse) => {
    const unit = unitsOn(bench);
    const units = [unit("1", "first"), unit("2", "a", { transactional: false })];
    await (await runnerOn(bench, units.slice(0, 1))).migrate();
    const allow = await refuse(["EXECUTED"]);
    const runner = await runnerOn(bench, units);
    const error = await assertRejects(() => runner.migrate(), HistoryNotWrittenError);
    assertEquals([error.code, error.report.executed], ["HISTORY_NOT_WRITTEN", []]);
    assertEquals((await linesOf(bench)).slice(1), ["a STARTED"]);
    await allow();
    const next = await (await runnerOn(bench, units, { lock: { leaseMs: 100 } })).migrate();
    assertEquals(next.executed.map(({ id }) => id), ["a"]);
    assertEquals((await linesOf(bench)).slice(1), ["a STARTED", "a ROLLED_BACK", "a STARTED", "a EXECUTED"]);
    assertEquals(await bench.data(), { a: 1, first: 1 });
  },
);

whereEntriesAreRefused(
  "the end of a transactional unit cannot be recorded: it fails at once, and nothing stays",
  async (bench, refuse) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const units = [unit("1", "first"), unit("2", "a")];
    await (await runnerOn(bench, units.slice(0, 1))).migrate();
    const allow = await refuse(["EXECUTED"]);
    const runner = await runnerOn(bench, units);
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["a", "FAILED"]]);
    assertEquals(calls, ["execution first", "execution a"]);
    assertEquals(await bench.data(), { first: 1 });
    await allow();
    assertEquals((await (await runnerOn(bench, units)).migrate()).executed.map(({ id }) => id), ["a"]);
    assertEquals(await bench.data(), { a: 1, first: 1 });
  },
);

whereEntriesAreRefused(
  "the failure of a transactional unit cannot be recorded: that is an error",
  async (bench, refuse) => {
    const unit = unitsOn(bench);
    const units = [unit("1", "first"), unit("2", "a", { failFast: false, fails: ["execution"] }), unit("3", "b")];
    await (await runnerOn(bench, units.slice(0, 1))).migrate();
    await refuse(["EXECUTED", "FAILED"]);
    const runner = await runnerOn(bench, units);
    await assertRejects(() => runner.migrate(), HistoryNotWrittenError);
    assertEquals(await linesOf(bench), ["first EXECUTED"]);
    assertEquals(await bench.data(), { first: 1 });
  },
);

/** Fails with a duplicate key, with which the server aborts the transaction. */
async function insertTwice(context: object): Promise<void> {
  const things = (context as MongoContext).db.collection<{ _id: string }>("things");
  await things.insertOne({ _id: "twice" });
  await things.insertOne({ _id: "twice" });
}

onMongodb(
  "a unit with failFast false whose transaction the server aborts is tried once and recorded",
  async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const units = [unit("1", "a", { failFast: false, then: insertTwice }), unit("2", "b")];
    const startedAt = performance.now();
    const report = await (await runnerOn(bench, units)).migrate();
    assertLess(performance.now() - startedAt, 10_000);
    assertEquals(calls, ["execution a", "execution b"]);
    assertFailedOnce(report, "E11000");
    assertEquals(await linesOf(bench), ["a FAILED", "b EXECUTED"]);
    assertEquals(await bench.data(), { b: 1 });
  },
);

onMongodb(
  "a unit that catches the error with which the server aborted its transaction is tried once and says why",
  async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const swallow = async (context: object) => {
      await insertTwice(context).catch(() => {});
      await bench.add(context, "after");
    };
    const units = [unit("1", "a", { failFast: false, then: swallow }), unit("2", "b")];
    const startedAt = performance.now();
    const report = await (await runnerOn(bench, units, { retryMs: 5_000 })).migrate();
    assertLess(performance.now() - startedAt, 4_000);
    assertFailedOnce(report, "E11000");
    assertEquals(calls, ["execution a", "execution b"]);
    assertEquals(await bench.data(), { b: 1 });
  },
);

function assertFailedOnce({ failed, executed }: ExecutionReport, message: string): void {
  assertEquals(failed.map(({ id, state }) => [id, state]), [["a", "FAILED"]]);
  assertStringIncludes(failed[0]?.message ?? "", message);
  assertEquals(executed.map(({ id }) => id), ["b"]);
}
