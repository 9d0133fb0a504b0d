import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ChangeFailedError, type MemoryContext, type MemoryDatabase, MemoryStore, MigrationError } from "../../mod.ts";
import {
  BeforeExecution,
  ChangeUnit,
  Execution,
  RollbackBeforeExecution,
  RollbackExecution,
} from "../../src/change_unit/decorators.ts";
import { dataOf, logOf, runnerOn } from "../fixtures/memory.ts";
import { MigrationsFolder, notes } from "../fixtures/migrations_folder.ts";

const irreversible = "nobody would want that";
const MODULE = new URL("../../src/change_unit/decorators.ts", import.meta.url).href;

/** Writes through what its constructor has kept, and fails where it is told to. */
class Writing {
  static failsIn: string | undefined;
  static instances: Writing[] = [];
  readonly #db: MemoryDatabase;

  constructor(readonly context: MemoryContext) {
    this.#db = context.db;
    Writing.instances.push(this);
  }

  @BeforeExecution
  before() {
    this.write("before");
  }

  @RollbackBeforeExecution
  rollbackBefore() {
    this.#db.delete("before");
    this.write("rollbackBefore");
  }

  @Execution
  async execute() {
    await Promise.resolve();
    this.write("execution");
  }

  @RollbackExecution
  rollback() {
    this.#db.delete("execution");
    this.write("rollback");
  }

  write(step: string) {
    this.#db.set(step, this.context.changeUnit.id);
    if (Writing.failsIn === step) throw new Error(`${step} fails`);
  }
}

@ChangeUnit({ id: "write", order: "1" })
class Transactional extends Writing {}

@ChangeUnit({ id: "write", order: "1", transactional: false })
class NotTransactional extends Writing {}

/** Migrates until it fails or is done, and gives what is there then. */
async function migrate(unit: typeof Transactional, failsIn?: string): Promise<MemoryStore> {
  const store = new MemoryStore();
  Object.assign(Writing, { failsIn, instances: [] });
  const migrated = runnerOn(store, [unit]).migrate();
  if (failsIn === undefined) await migrated;
  else await assertRejects(() => migrated, ChangeFailedError, `${failsIn} fails`);
  assertEquals(Writing.instances.length, 1);
  return store;
}

Deno.test("A class writes through a db that its constructor has kept, before step and execution alike", async () => {
  for (const unit of [Transactional, NotTransactional]) {
    assertEquals(dataOf(await migrate(unit)), { before: "write", execution: "write" });
  }
});

Deno.test("What a class writes through a kept db is rolled back with its transaction, also after a before step", async () => {
  const store = await migrate(Transactional, "execution");
  assertEquals(dataOf(store), { rollbackBefore: "write" });
  assertEquals(logOf(store).at(1), "before write EXECUTED");
  assertEquals(logOf(store).slice(2), ["write FAILED", "before write STARTED", "before write ROLLED_BACK"]);
});

Deno.test("What a class without a transaction writes is rolled back by the same instance", async () => {
  const store = await migrate(NotTransactional, "execution");
  assertEquals(dataOf(store), { rollback: "write", rollbackBefore: "write" });
});

Deno.test("A class whose before step fails rolls that back by the same instance", async () => {
  assertEquals(dataOf(await migrate(Transactional, "before")), { rollbackBefore: "write" });
});

Deno.test("A class is undone by an instance of its own", async () => {
  for (const unit of [Transactional, NotTransactional]) {
    const store = await migrate(unit);
    await runnerOn(store, [unit]).undo({ all: true });
    assertEquals(Writing.instances.length, 2);
    assertEquals(dataOf(store), { rollback: "write", rollbackBefore: "write" });
  }
});

Deno.test("A kept db throws after the method has ended", async () => {
  const store = await migrate(Transactional);
  const [instance] = Writing.instances;
  const error = assertThrows(() => instance?.write("late"), MigrationError);
  assertEquals([error.code, store.data.has("late")], ["CONTEXT_ENDED", false]);
});

Deno.test("A class keeps its instance over attempts, each of which writes to its own transaction", async () => {
  const store = new MemoryStore();
  const attempts: number[] = [];
  let instances = 0;
  @ChangeUnit({ id: "count", order: "1", irreversible })
  class Count {
    readonly #db: MemoryDatabase;
    readonly #attempt: number;
    constructor({ db, attempt }: MemoryContext) {
      [this.#db, this.#attempt] = [db, attempt];
      instances++;
    }
    @Execution
    count({ attempt }: MemoryContext) {
      attempts.push(attempt, this.#attempt);
      this.#db.set("count", Number(this.#db.get("count") ?? 0) + 1);
      // Another process commits in between.
      if (attempt === 1) store.data = new Map([["count", 10]]);
    }
  }
  const { executed } = await runnerOn(store, [Count]).migrate();
  assertEquals(executed.map(({ attempts }) => attempts), [2]);
  assertEquals([attempts, instances, dataOf(store)], [[1, 1, 2, 1], 1, { count: 11 }]);
});

Deno.test("A class reports through what it has kept", async () => {
  const lines: string[] = [];
  @ChangeUnit({ id: "report", order: "1", irreversible })
  class Report {
    readonly #context: Pick<MemoryContext, "log" | "signal" | "metadata">;
    constructor({ log, signal, metadata }: MemoryContext) {
      this.#context = { log, signal, metadata };
    }
    @BeforeExecution
    before() {
      this.#context.log("before");
    }
    @RollbackBeforeExecution
    rollbackBefore() {}
    @Execution
    report() {
      const { log, signal, metadata } = this.#context;
      signal.throwIfAborted();
      log(`build ${metadata.build}`);
    }
  }
  await runnerOn(new MemoryStore(), [Report], {
    metadata: { build: 7 },
    listener: (event) => event.type === "change.log" && lines.push(`${event.change.id} ${event.message}`),
  }).migrate();
  assertEquals(lines, ["report before", "report build 7"]);
});

Deno.test("A class whose constructor throws has not begun, so that nothing has to be rolled back", async () => {
  for (const transactional of [true, false]) {
    const store = new MemoryStore();
    const calls: string[] = [];
    @ChangeUnit({ id: "fail", order: "1", transactional })
    class Fail {
      constructor() {
        throw new Error("no");
      }
      @Execution
      execute() {
        calls.push("execute");
      }
      @RollbackExecution
      rollback() {
        calls.push("rollback");
      }
    }
    await assertRejects(() => runnerOn(store, [Fail]).migrate(), ChangeFailedError, "no");
    assertEquals(logOf(store).at(-1), transactional ? "fail FAILED" : "fail ROLLED_BACK");
    assertEquals(calls, []);
  }
});

Deno.test("A file with a class takes its id and order from its name, and is not imported once it was executed", async () => {
  const store = new MemoryStore();
  const text = `
    import { ChangeUnit, Execution, RollbackExecution } from ${JSON.stringify(MODULE)};
    (globalThis[Symbol.for("denock.tests.notes")] ??= []).push("class imported");

    @ChangeUnit({ author: "mongock_test", systemVersion: "1" })
    export default class CreateClients {
      #db;
      constructor({ db }) {
        this.#db = db;
      }
      @Execution
      migrate() {
        this.#db.set("clients", 1);
      }
      @RollbackExecution
      rollback() {
        this.#db.delete("clients");
      }
    }
  `;
  await using folder = await MigrationsFolder.make({ "0001_create_clients.ts": text });
  const { executed } = await runnerOn(store, folder.path).migrate();
  assertEquals(executed.map(({ id, author, order }) => [id, author, order]), [[
    "create_clients",
    "mongock_test",
    "0001",
  ]]);
  assertEquals(dataOf(store), { clients: 1 });
  await folder.write("0001_create_clients.ts", `${text}// edited`);
  const { problems } = await runnerOn(store, folder.path).plan();
  assertEquals(problems.map(({ code }) => code), ["CHANGE_EDITED"]);
  await folder.write("0001_create_clients.ts", text);
  notes().length = 0;
  assertEquals((await runnerOn(store, folder.path).migrate()).executed, []);
  assertEquals(notes(), []);
  await runnerOn(store, folder.path).undo({ count: 1 });
  assertEquals(dataOf(store), {});
});
