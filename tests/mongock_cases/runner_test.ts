import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ChangeFailedError,
  LockNotObtainedError,
  MemoryDriver,
  MemoryStore,
  MigrationError,
  PlanError,
  Runner,
  type RunnerEvent,
  type RunnerSettings,
} from "../../mod.ts";
import { webRuntime } from "../../src/run/runtime.ts";
import { counting, dataOf, logOf } from "../fixtures/memory.ts";

/** A driver of which nothing may be asked. */
class UntouchedDriver extends MemoryDriver {
  override readHistory(): Promise<never> {
    return Promise.reject(new Error("the history was read"));
  }

  override readLease(): Promise<never> {
    return Promise.reject(new Error("the lease was read"));
  }
}

const comment = { by: "ann", reason: "a test" };

Deno.test("a disabled runner does nothing in any operation, does not ask the database, and says so", async () => {
  const store = new MemoryStore();
  const heard: RunnerEvent[] = [];
  const runner = new Runner({
    driver: new UntouchedDriver({ store }),
    migrations: [counting("1", "a")],
    enabled: false,
    listener: (event) => heard.push(event),
  });
  const reports = [
    await runner.migrate(),
    await runner.undo({ all: true }),
    await runner.repair({ repairs: [{ id: "a", as: "executed" }], comment }),
    await runner.baseline({ to: "a", comment }),
  ];
  for (const { executionId, executed, pending } of reports) {
    assertEquals([executionId, executed, pending], [null, [], []]);
  }
  const operations = ["MIGRATE", "UNDO", "REPAIR", "BASELINE"] as const;
  assertEquals(reports.map(({ operation }) => operation), [...operations]);
  assertEquals(heard, operations.map((operation) => ({ type: "disabled", operation })));
  assertEquals([store.entries, dataOf(store)], [[], {}]);
});

/** Every setting of a builder, beside what shows that it has reached the runner. */
const settings: Required<RunnerSettings> = {
  enabled: true,
  rules: { profiles: ["europe"] },
  lock: { leaseMs: 12_345 },
  defaultAuthor: "ann",
  transactionStrategy: "none",
  unitsPerTransaction: 3,
  metadata: { release: "1.2.3" },
  hostname: "host-7",
  retryMs: 50,
  recordRepeats: false,
  listener: () => {},
  redact: (text) => text.replaceAll("the password", "***"),
  runtime: { ...webRuntime, uuid: () => "an id" },
};

Deno.test("every setting of the builder reaches the runner, in one call or in several", async () => {
  const oneByOne: RunnerSettings[] = Object.entries(settings).map(([name, value]) => ({ [name]: value }));
  for (const calls of [[settings], oneByOne]) {
    const store = new MemoryStore();
    const heard: string[] = [];
    let leaseMs = 0;
    const unit = counting("1", "a", {
      profiles: ["europe"],
      execution: ({ metadata, db }) => {
        leaseMs = store.lease.leaseMs;
        db.set("release", metadata.release);
      },
    });
    let builder = Runner.builder().driver(new MemoryDriver({ store }));
    for (const call of calls) builder = builder.settings(call);
    const runner = builder.settings({ listener: ({ type }) => heard.push(type) }).migrations([unit]).build();
    const report = await runner.migrate();
    assertEquals([report.executionId, report.skipped], ["an id", []]);
    assertEquals(logOf(store), ["a STARTED", "a EXECUTED"]);
    assertEquals([leaseMs, dataOf(store)], [12_345, { release: "1.2.3" }]);
    for (const { author, executionHostname, metadata } of store.entries.slice(1)) {
      assertEquals([author, executionHostname, metadata], ["ann", "host-7", { release: "1.2.3" }]);
    }
    assert(heard.includes("execution.ended"));
  }
});

Deno.test("retryMs of the builder ends the attempts at a transaction that always meets a conflict", async () => {
  const store = new MemoryStore();
  let rival = 0;
  const unit = counting("1", "a", {
    execution: ({ db }) => {
      db.set("a", 1);
      store.data = new Map([["rival", ++rival]]);
    },
  });
  const runner = Runner.builder().driver(new MemoryDriver({ store })).settings({ retryMs: 50 }).migrations([unit])
    .build();
  const startedAt = performance.now();
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assert(rival > 1 && performance.now() - startedAt < 5_000);
});

Deno.test("recordRepeats and enabled of the builder reach the runner as well", async () => {
  const store = new MemoryStore();
  const start = Runner.builder().driver(new MemoryDriver({ store })).migrations([
    counting("1", "a", { runAlways: true }),
  ]);
  const runner = start.settings({ recordRepeats: false }).build();
  for (const _ of [1, 2]) await runner.migrate();
  assertEquals([logOf(store), dataOf(store)], [["a EXECUTED"], { a: 2 }]);
  assertEquals((await start.settings({ enabled: false }).build().migrate()).executed, []);
  assertEquals(dataOf(store), { a: 2 });
});

Deno.test("what ends an execution is thrown: the lock that is not obtained, a problem, the error of a unit as the cause", async () => {
  const store = new MemoryStore();
  const thrown = new TypeError("the error of the unit");
  const runnerOf = (units: ReturnType<typeof counting>[]) =>
    new Runner({ driver: new MemoryDriver({ store }), migrations: units, lock: { waitMs: 0 } });
  store.lease = { owner: "living", hostname: "host-2", token: 1, leaseMs: 30_000, expiresAt: Date.now() + 30_000 };
  const locked = await assertRejects(() => runnerOf([counting("1", "a")]).migrate(), LockNotObtainedError);
  store.lease = { ...store.lease, owner: null };
  const problem = await assertRejects(() => runnerOf([counting("1", "a"), counting("1", "b")]).migrate(), PlanError);
  const failing = counting("1", "a", { execution: () => Promise.reject(thrown) });
  const failed = await assertRejects(() => runnerOf([failing]).migrate(), ChangeFailedError);
  assertStrictEquals(failed.cause, thrown);
  const errors: Error[] = [locked, problem, failed];
  assert(errors.every((error) => error instanceof MigrationError));
});

Deno.test("a runner may run as often as one likes, in every operation", async () => {
  const store = new MemoryStore();
  const runner = new Runner({
    driver: new MemoryDriver({ store }),
    migrations: [counting("1", "a"), counting("2", "b")],
  });
  for (const _ of [1, 2, 3]) {
    assertEquals((await runner.migrate()).executed.length, 2);
    assertEquals((await runner.migrate()).executed.length, 0);
    assertEquals((await runner.undo({ all: true })).executed.length, 2);
  }
  assertEquals([dataOf(store), store.lease.token], [{}, 6]);
});

Deno.test("redact of the builder keeps a known secret out of the history", async () => {
  const store = new MemoryStore();
  const { redact } = settings;
  const failing = counting("1", "a", { execution: () => Promise.reject(new Error("not with the password")) });
  const runner = Runner.builder().driver(new MemoryDriver({ store })).settings({ redact }).migrations([failing])
    .build();
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(store.entries.at(-1)?.error?.message, "not with ***");
});
