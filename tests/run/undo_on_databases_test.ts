import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Db, MongoClient } from "mongodb";
import { ChangeFailedError, factory, PlanError, type ProblemCode, Runner } from "../../mod.ts";
import { type MongoContext, MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import type { SqliteContext } from "../../src/drivers/sqlite/mod.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";
import {
  type Bench,
  entriesOf,
  linesOf,
  type MongodbBench,
  type Names,
  onMongodb,
  onSqlite,
  runnerOn,
  type SqliteBench,
} from "../mongock_cases/bench.ts";
import { type AnyUnit, type Calls, type Said, unitsOn } from "../mongock_cases/units.ts";

/** Registers a test on both kinds of databases. */
function onDatabases(name: string, run: (bench: SqliteBench | MongodbBench) => Promise<void>): void {
  onSqlite(name, run);
  onMongodb(name, run);
}

const NAMES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => `u${number}`);

/** Ten change units `u1` to `u10`; one of them may say something of its own. */
function ten(bench: Bench, calls: Calls = [], said: Readonly<Record<string, Said>> = {}): AnyUnit[] {
  const unit = unitsOn(bench, calls);
  return NAMES.map((id, index) => unit(`${index + 1}`, id, said[id]));
}

/** What the keys of some of the ten look like. */
function keysOf(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.toSorted().map((name) => [name, 1]));
}

/** Whether what a change unit does with this context is part of a transaction. */
function isInTransaction(context: object): boolean {
  if ("session" in context) return (context as MongoContext).session?.inTransaction() ?? false;
  return (context as SqliteContext).db.isTransaction;
}

onDatabases(
  "undo({ to }) of ten reverts exactly what was executed since, newest first, each in a transaction",
  async (bench) => {
    const calls: Calls = [];
    const inside: boolean[] = [];
    const units = ten(bench, calls).map((unit): AnyUnit => {
      const rollbackExecution = async (context: Parameters<AnyUnit["execution"]>[0]) => {
        inside.push(isInTransaction(context));
        await unit.rollbackExecution?.(context);
      };
      return { ...unit, rollbackExecution } as AnyUnit;
    });
    const runner = await runnerOn(bench, units);
    await runner.migrate();
    calls.length = 0;
    const report = await runner.undo({ to: "u7" });
    assertEquals([report.operation, report.executed.map(({ id }) => id)], ["UNDO", ["u10", "u9", "u8", "u7"]]);
    assertEquals([calls, inside], [["u10", "u9", "u8", "u7"].map((id) => `rollback ${id}`), [true, true, true, true]]);
    assertEquals(await bench.data(), keysOf(NAMES.slice(0, 6)));
    const written = (await entriesOf(bench)).slice(11).map(({ operation, type, changeId, state }) => {
      return `${operation} ${type} ${changeId} ${state}`;
    });
    assertEquals(written, [
      "UNDO RUN null STARTED",
      ...["u10", "u9", "u8", "u7"].map((id) => `UNDO EXECUTION ${id} ROLLED_BACK`),
    ]);
    assertEquals((await runner.migrate()).executed.map(({ id }) => id), ["u7", "u8", "u9", "u10"]);
    assertEquals(await bench.data(), keysOf(NAMES));
  },
);

onDatabases("undo({ to }) goes by the order in which the ten were executed, not by their orders", async (bench) => {
  const late = ten(bench);
  await (await runnerOn(bench, late.filter(({ id }) => id !== "u3"))).migrate();
  const runner = await runnerOn(bench, late, { rules: { outOfOrder: "run" } });
  await runner.migrate();
  assertEquals((await runner.undo({ to: "u9" })).executed.map(({ id }) => id), ["u3", "u10", "u9"]);
  assertEquals(await bench.data(), keysOf(NAMES.filter((name) => !["u3", "u9", "u10"].includes(name))));
});

onDatabases("undo({ to }) rolls the before step of each back behind its change", async (bench) => {
  const calls: Calls = [];
  const runner = await runnerOn(bench, ten(bench, calls, { u8: { before: true }, u10: { before: true } }));
  await runner.migrate();
  calls.length = 0;
  await runner.undo({ to: "u8" });
  assertEquals(calls, ["rollback u10", "rollback before u10", "rollback u9", "rollback u8", "rollback before u8"]);
  assertEquals(await bench.data(), keysOf(NAMES.slice(0, 7)));
});

onDatabases(
  "undo({ to }) stops at a rollback that fails: its transaction leaves no trace, those before stay undone",
  async (bench) => {
    const calls: Calls = [];
    await (await runnerOn(bench, ten(bench))).migrate();
    const runner = await runnerOn(bench, ten(bench, calls, { u9: { fails: ["rollback"] } }));
    const error = await assertRejects(
      () => runner.undo({ to: "u7" }),
      ChangeFailedError,
      "the rollback of u9 is broken",
    );
    assertEquals(calls, ["rollback u10", "rollback u9"]);
    assertEquals(error.report.executed.map(({ id }) => id), ["u10"]);
    assertEquals(error.report.failed.map(({ id, state }) => [id, state]), [["u9", "EXECUTED"]]);
    assertEquals(error.report.pending.map(({ id }) => id), ["u8", "u7"]);
    assertEquals(await bench.data(), keysOf(NAMES.slice(0, 9)));
    assertEquals((await linesOf(bench)).slice(10), ["u10 ROLLED_BACK", "u9 EXECUTED"]);
  },
);

onDatabases("undo({ to }) with the strategy run undoes all in one transaction or nothing", async (bench) => {
  await (await runnerOn(bench, ten(bench))).migrate();
  const options = { transactionStrategy: "run" } as const;
  const broken = await runnerOn(bench, ten(bench, [], { u7: { fails: ["rollback"] } }), options);
  await assertRejects(() => broken.undo({ to: "u7" }), ChangeFailedError);
  assertEquals(await bench.data(), keysOf(NAMES));
  assertEquals((await (await runnerOn(bench, ten(bench), options)).undo({ to: "u7" })).executed.length, 4);
  assertEquals(await bench.data(), keysOf(NAMES.slice(0, 6)));
});

/** The source of a change unit that adds a key. */
function sourceOf(kind: Bench["kind"], key: string, irreversible = false): string {
  const [add, remove] = kind === "MongoDB"
    ? [
      `db.collection("things").insertOne({ _id: "${key}", value: 1 })`,
      `db.collection("things").deleteOne({ _id: "${key}" })`,
    ]
    : [`db.exec("INSERT INTO things VALUES ('${key}', 1)")`, `db.exec("DELETE FROM things WHERE name = '${key}'")`];
  const undo = irreversible
    ? 'export const irreversible = "its data is gone";'
    : `export const rollbackExecution = async ({ db }) => void await ${remove};`;
  return `export const execution = async ({ db }) => void await ${add};\n${undo}\n`;
}

/** What makes one of the files refuse. */
const refusals: readonly [what: string, code: ProblemCode, spoil: (path: string) => Promise<void>][] = [
  ["missing", "CHANGE_MISSING", (path) => Deno.remove(path)],
  ["edited", "CHANGE_EDITED", async (path) => {
    await Deno.writeTextFile(path, "\n// a harmless remark\n", { append: true });
  }],
  ["irreversible", "CHANGE_IRREVERSIBLE", () => Promise.resolve()],
];

for (const [what, code, spoil] of refusals) {
  onDatabases(
    `undo({ to }) is refused as a whole before the first rollback when one of ten files is ${what}`,
    async (bench) => {
      await using folder = await MigrationsFolder.make(Object.fromEntries(
        NAMES.map((
          name,
          index,
        ) => [`${index + 1}_${name}.ts`, sourceOf(bench.kind, name, what === "irreversible" && name === "u8")]),
      ));
      const runner = await runnerOn(bench, folder.path);
      assertEquals((await runner.migrate()).executed.length, 10);
      await spoil(`${folder.path}/8_u8.ts`);
      const before = await entriesOf(bench);
      const error = await assertRejects(() => runner.undo({ to: "u7" }), PlanError);
      assertEquals(error.problems.map((problem) => [problem.code, problem.files]), [[code, ["8_u8.ts"]]]);
      assertEquals((await runner.planUndo({ to: "u7" })).problems, error.problems);
      assertEquals([await entriesOf(bench), await bench.data()], [before, keysOf(NAMES)]);
      assertEquals((await runner.undo({ to: "u9" })).executed.map(({ id }) => id), ["u10", "u9"]);
      assertEquals(await bench.data(), keysOf(NAMES.slice(0, 8)));
    },
  );
}

/** A repository as programs have it: it keeps the database that it was made with. */
class Things {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async add(key: string): Promise<void> {
    await this.#db.collection<{ _id: string; value: number }>("things").insertOne({ _id: key, value: 1 });
  }

  async remove(key: string): Promise<void> {
    await this.#db.collection<{ _id: string }>("things").deleteOne({ _id: key });
  }
}

onMongodb(
  "what a factory-built repository writes rolls back with the change unit, in migrate() and in undo()",
  async (bench) => {
    await using client = await new MongoClient(bench.address).connect();
    await using driver = new MongoDriver({ client });
    let isBroken = true;
    const breakDown = () => {
      if (isBroken) throw new Error("broken");
    };
    const made: Things[] = [];
    const runner = Runner.builder()
      .driver(driver)
      .dependency(
        "things",
        factory(({ db }: MongoContext) => {
          const things = new Things(db);
          made.push(things);
          return things;
        }),
      )
      .migrations([{
        id: "a",
        order: "1",
        execution: async (context) => {
          await context.things.add("a");
          assertStrictEquals(context.things, made.at(-1));
          breakDown();
        },
        rollbackExecution: async ({ things }) => {
          await things.remove("a");
          breakDown();
        },
      }])
      .build();
    await assertRejects(() => runner.migrate(), ChangeFailedError, "broken");
    assertEquals(await bench.data(), {});
    isBroken = false;
    await runner.migrate();
    assertEquals(await bench.data(), { a: 1 });
    isBroken = true;
    await assertRejects(() => runner.undo({ all: true }), ChangeFailedError, "broken");
    assertEquals(await bench.data(), { a: 1 });
    isBroken = false;
    await runner.undo({ all: true });
    assertEquals([await bench.data(), made.length], [{}, 4]);
  },
);

onDatabases(
  "two services with histories and leases of other names in one database do not see each other",
  async (bench) => {
    const [shop, mail]: [Names, Names] = [
      { history: "shop_history", lease: "shop_lease" },
      { history: "mail_history", lease: "mail_lease" },
    ];
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const unit = unitsOn(bench);
    // The same identities: what tells them apart is the history alone.
    const shopUnits = [
      unit("1", "create", {
        transactional: false,
        then: async () => {
          began.resolve();
          await gate.promise;
        },
      }),
      unit("2", "fill"),
    ];
    const mailUnits = [unit("1", "create"), unit("2", "send")];
    const shopRunner = await runnerOn(bench, shopUnits, { names: shop });
    const mailRunner = await runnerOn(bench, mailUnits, { names: mail, lock: { waitMs: 0 } });

    const migrating = shopRunner.migrate();
    await began.promise;
    assertEquals((await mailRunner.migrate()).executed.map(({ id }) => id), ["create", "send"]);
    const [shopLock, mailLock] = [await shopRunner.lockStatus(), await mailRunner.lockStatus()];
    assert(shopLock !== null && mailLock === null);
    gate.resolve();
    assertEquals((await migrating).executed.map(({ id }) => id), ["create", "fill"]);
    assertEquals(await linesOf(bench, shop), ["create STARTED", "create EXECUTED", "fill EXECUTED"]);
    assertEquals(await linesOf(bench, mail), ["create EXECUTED", "send EXECUTED"]);
    assertEquals(await bench.data(), { create: 2, fill: 1, send: 1 });

    assertEquals((await mailRunner.undo({ to: "send" })).executed.map(({ id }) => id), ["send"]);
    assertEquals(await bench.data(), { create: 2, fill: 1 });
    assertEquals((await shopRunner.plan()).changes.map(({ decision }) => decision), ["done", "done"]);
    assertEquals((await mailRunner.plan()).changes.map(({ decision }) => decision), ["done", "run"]);
    assertEquals((await shopRunner.migrate()).executed, []);
    for (const runner of [shopRunner, mailRunner]) assertEquals((await runner.validate()).problems, []);
    assertEquals(await entriesOf(bench), []);
  },
);
