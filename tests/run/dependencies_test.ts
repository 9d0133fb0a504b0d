import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ChangeFailedError,
  factory,
  type MemoryContext,
  type MemoryDatabase,
  MemoryDriver,
  MemoryStore,
  MigrationError,
  Runner,
} from "../../mod.ts";
import { SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { openDatabase } from "../../src/drivers/sqlite/open_database.ts";

class Mailer {
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }
}

class Repository {
  constructor(readonly db: MemoryDatabase) {}

  add(key: string): void {
    this.db.set(key, true);
  }
}

const irreversible = "a test";

Deno.test("A dependency reaches every method of a change unit as it was registered", async () => {
  const mailer = new Mailer();
  const got: unknown[] = [];
  const runner = new Runner({
    driver: new MemoryDriver(),
    dependencies: { mailer },
    migrations: [{
      id: "a",
      order: "1",
      beforeExecution: (context) => got.push(context.mailer),
      rollbackBeforeExecution: () => {},
      execution: (context) => got.push(context.mailer),
      irreversible,
    }],
  });
  await runner.migrate();
  assertEquals(got.length, 2);
  for (const each of got) assertStrictEquals(each, mailer);
});

Deno.test("What a factory builds on db rolls back with the change unit", async () => {
  const store = new MemoryStore();
  const runner = Runner.builder()
    .driver(new MemoryDriver({ store }))
    .dependency("repository", factory(({ db }: MemoryContext) => new Repository(db)))
    .migrations([{
      id: "a",
      order: "1",
      execution: ({ repository }) => {
        repository.add("from the repository");
        throw new Error("no");
      },
      irreversible,
    }])
    .build();
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(store.data.size, 0);
});

Deno.test("What a factory builds on SQLite rolls back with the change unit", async () => {
  using database = openDatabase(":memory:");
  database.exec("CREATE TABLE things (name TEXT) STRICT");
  const runner = Runner.builder()
    .driver(new SqliteDriver({ database }))
    .dependency(
      "things",
      factory(({ db }) => ({ add: (name: string) => db.prepare("INSERT INTO things VALUES (?)").run(name) })),
    )
    .migrations([{
      id: "a",
      order: "1",
      execution: ({ things }) => {
        things.add("one");
        throw new Error("no");
      },
      irreversible,
    }])
    .build();
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(database.prepare("SELECT count(*) AS count FROM things").get()?.count, 0);
});

Deno.test("A factory is called once for each method that uses it, and not for one that does not", async () => {
  let made = 0;
  const count = (context: { readonly counter: number }) => [context.counter, context.counter];
  const runner = new Runner({
    driver: new MemoryDriver(),
    dependencies: { counter: factory(() => ++made) },
    migrations: [
      { id: "a", order: "1", execution: count, irreversible },
      { id: "b", order: "2", execution: () => {}, irreversible },
      { id: "c", order: "3", execution: count, irreversible },
    ],
  });
  await runner.migrate();
  assertEquals(made, 2);
});

Deno.test("A factory may use other dependencies, and a repository kept after its method cannot be used", async () => {
  let kept: Repository | undefined;
  const runner = Runner.builder()
    .driver(new MemoryDriver())
    .dependency("prefix", "things/")
    .dependency(
      "repository",
      factory((context) => {
        assertEquals(context.prefix, "things/");
        return new Repository(context.db);
      }),
    )
    .migrations([{ id: "a", order: "1", execution: ({ repository }) => kept = repository, irreversible }])
    .build();
  await runner.migrate();
  const error = assertThrows(() => kept?.add("late"), MigrationError);
  assertEquals(error.code, "CONTEXT_ENDED");
});

Deno.test("An unknown name throws, listing what there is and the nearest name", async () => {
  const runner = new Runner({
    driver: new MemoryDriver(),
    dependencies: { mailer: new Mailer() },
    migrations: [{
      id: "a",
      order: "1",
      execution: (context) => Reflect.get(context, "mailr"),
      irreversible,
    }],
  });
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(error.cause instanceof MigrationError && error.cause.code, "DEPENDENCY_UNKNOWN");
  assertEquals(
    error.cause instanceof Error && error.cause.message,
    'Nothing called "mailr" is registered: a change unit gets attempt, changeUnit, db, executionId, log, mailer, ' +
      'metadata, progress, signal; did you mean "mailer"',
  );
});

Deno.test("A context can be inspected, spread, awaited and turned into JSON", async () => {
  const runner = new Runner({
    driver: new MemoryDriver(),
    migrations: [{
      id: "a",
      order: "1",
      execution: async (context) => {
        const same = await Promise.resolve(context);
        Deno.inspect(same);
        JSON.stringify({ ...same, db: undefined, signal: undefined });
        assertEquals("nothing" in same, false);
      },
      irreversible,
    }],
  });
  assertEquals((await runner.migrate()).executed.length, 1);
});

Deno.test("A dependency cannot take a name that core or driver give", () => {
  const driver = new MemoryDriver();
  for (const name of ["signal", "db"]) {
    assertThrows(() => new Runner({ driver, dependencies: { [name]: 1 }, migrations: [] }), TypeError, name);
  }
});

Deno.test("A change unit that needs a dependency does not type-check without it", () => {
  const driver = new MemoryDriver();
  const unit = {
    id: "a",
    order: "1",
    execution: ({ mailer }: { readonly mailer: Mailer }) => mailer.send("hello"),
    irreversible,
  };
  new Runner({ driver, dependencies: { mailer: new Mailer() }, migrations: [unit] });
  Runner.builder().driver(driver).dependency("mailer", new Mailer()).migrations([unit]).build();
  // @ts-expect-error -- there is no mailer
  new Runner({ driver, dependencies: {}, migrations: [unit] });
  // @ts-expect-error -- the mailer is none
  new Runner({ driver, dependencies: { mailer: "none" }, migrations: [unit] });
  // @ts-expect-error -- there is no mailer
  Runner.builder().driver(driver).migrations([unit]).build();
});

Deno.test("RunnerBuilder.build() says what is missing, and settings() reach the runner", async () => {
  const builder = Runner.builder().driver(new MemoryDriver());
  assertThrows(() => builder.build(), TypeError, "migrations");
  const runner = builder.settings({ defaultAuthor: "ann" })
    .migrations([{ id: "a", order: "1", execution: () => {}, irreversible }]).build();
  assertEquals((await runner.migrate()).executed.map(({ author }) => author), ["ann"]);
});

Deno.test("A disabled runner does nothing and says so", async () => {
  const store = new MemoryStore();
  const heard: string[] = [];
  const runner = new Runner({
    driver: new MemoryDriver({ store }),
    enabled: false,
    listener: ({ type }) => heard.push(type),
    migrations: [{ id: "a", order: "1", execution: () => {}, irreversible }],
  });
  assertEquals((await runner.migrate()).executed, []);
  assertEquals([heard, store.entries], [["disabled"], []]);
});
