import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ChangeFailedError,
  type ChangeUnitAttributes,
  MemoryDriver,
  MemoryStore,
  MigrationError,
  PlanError,
  Runner,
  type RunnerOptions,
} from "../../mod.ts";
import { entriesOf, everyDatabase, linesOf, openMemory, runnerOn } from "./bench.ts";
import { type Calls, unitsOn } from "./units.ts";

/** What two change units with before steps leave behind, the second of which fails. */
interface Failure {
  readonly transactionStrategy: NonNullable<RunnerOptions<object>["transactionStrategy"]>;
  readonly transactional: boolean;
  readonly calls: Calls;
  readonly lines: readonly string[];
  readonly data: Readonly<Record<string, number>>;
}

const stepwise = {
  calls: ["before a", "execution a", "before b", "execution b", "rollback b", "rollback before b"],
  lines: [
    "before a STARTED",
    "before a EXECUTED",
    "a STARTED",
    "a EXECUTED",
    "before b STARTED",
    "before b EXECUTED",
    "b STARTED",
    "b ROLLED_BACK",
    "before b STARTED",
    "before b ROLLED_BACK",
  ],
  data: { a: 1, "before a": 1 },
};

const failures: readonly Failure[] = [
  {
    transactionStrategy: "change",
    transactional: true,
    calls: ["before a", "execution a", "before b", "execution b", "rollback before b"],
    lines: [
      "before a STARTED",
      "before a EXECUTED",
      "a EXECUTED",
      "before b STARTED",
      "before b EXECUTED",
      "b FAILED",
      "before b STARTED",
      "before b ROLLED_BACK",
    ],
    data: { a: 1, "before a": 1 },
  },
  { transactionStrategy: "change", transactional: false, ...stepwise },
  {
    transactionStrategy: "run",
    transactional: true,
    calls: ["before a", "before b", "execution a", "execution b", "rollback before b", "rollback before a"],
    lines: [
      "before a STARTED",
      "before a EXECUTED",
      "before b STARTED",
      "before b EXECUTED",
      "b FAILED",
      "before b STARTED",
      "before b ROLLED_BACK",
      "before a STARTED",
      "before a ROLLED_BACK",
    ],
    data: {},
  },
  { transactionStrategy: "none", transactional: true, ...stepwise },
  { transactionStrategy: "none", transactional: false, ...stepwise },
];

for (const { transactionStrategy, transactional, calls: expected, lines, data } of failures) {
  const kind = transactional ? "transactional" : "non-transactional";
  const name = `of two ${kind} units with the strategy ${transactionStrategy} the second fails`;

  everyDatabase(`${name}: calls, entries and data`, async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const units = [
      unit("1", "a", { transactional, before: true }),
      unit("2", "b", { transactional, before: true, fails: ["execution"] }),
    ];
    const runner = await runnerOn(bench, units, { transactionStrategy });
    await assertRejects(() => runner.migrate(), ChangeFailedError, "the execution of b is broken");
    assertEquals(calls, expected);
    assertEquals(await linesOf(bench), lines);
    assertEquals(await bench.data(), data);
  });
}

everyDatabase("two non-transactional units with the strategy run are refused, and nothing runs", async (bench) => {
  const calls: Calls = [];
  const unit = unitsOn(bench, calls);
  const units = ["1", "2"].map((order) => unit(order, `u${order}`, { transactional: false, before: true }));
  const runner = await runnerOn(bench, units, { transactionStrategy: "run" });
  const { problems } = await assertRejects(() => runner.migrate(), PlanError);
  assertEquals(problems.map(({ code }) => code), ["TRANSACTION_NOT_SHARED", "TRANSACTION_NOT_SHARED"]);
  assertEquals([calls, await entriesOf(bench), await bench.data()], [[], [], {}]);
});

everyDatabase("without change units, and with all of them executed, nobody asks for the lock", async (bench) => {
  const heard: string[] = [];
  const listener = ({ type }: { readonly type: string }) => void heard.push(type);
  const { executionId } = await (await runnerOn(bench, [], { listener })).migrate();
  assertEquals([executionId, heard, await entriesOf(bench)], [null, [], []]);
  assertEquals(await (await bench.connect()).readLease(), null);

  const units = [unitsOn(bench)("1", "a")];
  await (await runnerOn(bench, units)).migrate();
  const written = await entriesOf(bench);
  const again = await (await runnerOn(bench, units, { listener })).migrate();
  assertEquals([again.executionId, again.done, heard], [null, 1, []]);
  assertEquals(await entriesOf(bench), written);
});

everyDatabase(
  "a runAlways unit is recorded each time, also when it fails, and its first entry stays",
  async (bench) => {
    const unit = unitsOn(bench);
    const again = unit("1", "a", { runAlways: true });
    await (await runnerOn(bench, [again])).migrate();
    const [, first] = await entriesOf(bench);
    await (await runnerOn(bench, [again])).migrate();
    const broken = await runnerOn(bench, [unit("1", "a", { runAlways: true, fails: ["execution"] })]);
    await assertRejects(() => broken.migrate(), ChangeFailedError);
    assertEquals(await linesOf(bench), ["a EXECUTED", "a EXECUTED", "a FAILED"]);
    assertEquals((await entriesOf(bench))[1], first);
    assertEquals(await bench.data(), { a: 2 });
    assertEquals((await (await runnerOn(bench, [again])).migrate()).executed.length, 1);
    assertEquals(await bench.data(), { a: 3 });
  },
);

everyDatabase(
  "an executed runOnChange or runAlways unit that fails again without a transaction is rolled back",
  async (bench) => {
    const calls: Calls = [];
    const unit = unitsOn(bench, calls);
    const said = { runAlways: true, transactional: false };
    await (await runnerOn(bench, [unit("1", "a", said)])).migrate();
    const broken = await runnerOn(bench, [unit("1", "a", { ...said, fails: ["execution"] })]);
    await assertRejects(() => broken.migrate(), ChangeFailedError);
    assertEquals(calls, ["execution a", "execution a", "rollback a"]);
    assertEquals(await linesOf(bench), ["a STARTED", "a EXECUTED", "a STARTED", "a ROLLED_BACK"]);
  },
);

const misuses: readonly [what: string, use: (context: Record<string, unknown>) => unknown, message: string][] = [
  ["that nobody has registered", (context) => context.mailr, 'Nothing called "mailr" is registered'],
  ["of another type than the unit takes it for", (context) => (context.mailer as () => void)(), "is not a function"],
];

for (const failFast of [true, false]) {
  for (const [what, use, message] of misuses) {
    Deno.test(`a dependency ${what} is recorded and told, with failFast ${failFast}`, async () => {
      const store = new MemoryStore();
      const runner = new Runner<object>({
        driver: new MemoryDriver({ store }),
        dependencies: { mailer: "no function" },
        migrations: [{
          id: "a",
          order: "1",
          failFast,
          execution: (context) => use(context as unknown as Record<string, unknown>),
          irreversible: "a test",
        }],
      });
      const report = await runner.migrate().catch((error: unknown) => {
        assert(error instanceof ChangeFailedError && failFast);
        return error.report;
      });
      assertEquals(report.failed.map(({ id, state }) => [id, state]), [["a", "FAILED"]]);
      assertStringIncludes(report.failed[0]?.message ?? "", message);
      assertEquals(store.entries.at(-1)?.state, "FAILED");
      assertStringIncludes(store.entries.at(-1)?.error?.message ?? "", message);
    });
  }
}

Deno.test("a factory that throws is recorded and told as the error of the unit that uses it", async () => {
  const bench = openMemory();
  const runner = Runner.builder()
    .driver(new MemoryDriver({ store: bench.store }))
    .dependency("mailer", "none")
    .settings({ listener: () => {} })
    .migrations([
      unitsOn(bench)("1", "a", {
        then: (context) => {
          assertStringIncludes(Object.keys(context).join(), "mailer");
          throw new MigrationError("DEPENDENCY_UNKNOWN", "the mailer cannot be made");
        },
      }),
    ])
    .build();
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError, "the mailer cannot be made");
  assert(error.cause instanceof MigrationError);
  assertEquals(bench.store.entries.at(-1)?.error?.code, "DEPENDENCY_UNKNOWN");
  assertEquals(await bench.data(), {});
});

const attributes: readonly [name: string, said: ChangeUnitAttributes][] = [
  ["transactional", { failFast: false }],
  ["non-transactional", { failFast: false, transactional: false }],
];

for (const [kind, said] of attributes) {
  everyDatabase(
    `a ${kind} unit with failFast false fails: nothing of it stays, and the next one runs`,
    async (bench) => {
      const calls: Calls = [];
      const unit = unitsOn(bench, calls);
      const units = [unit("1", "a", { ...said, before: true, fails: ["execution"] }), unit("2", "b")];
      const report = await (await runnerOn(bench, units)).migrate();
      assertEquals([report.executed.map(({ id }) => id), report.failed.map(({ id }) => id)], [["b"], ["a"]]);
      assertEquals(await bench.data(), { b: 1 });
      const rollbacks = said.transactional === false ? ["rollback a", "rollback before a"] : ["rollback before a"];
      assertEquals(calls, ["before a", "execution a", ...rollbacks, "execution b"]);
      assertEquals(report.failed[0]?.state, said.transactional === false ? "ROLLED_BACK" : "FAILED");
      const next = await (await runnerOn(bench, [unit("1", "a", said), unit("2", "b")])).migrate();
      assertEquals(next.executed.map(({ id }) => id), ["a"]);
    },
  );
}
