import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { ChangeFailedError, type ExecutionReport, type MemoryContext, MemoryStore, PlanError } from "../../mod.ts";
import {
  count,
  counting,
  dataOf,
  Heard,
  irreversible,
  logOf,
  type MemoryChange,
  runnerOn,
} from "../fixtures/memory.ts";

const boom = new RangeError("boom { email: 'ann@example.org' }\nin line 7");

/** Does half of the work, then throws. */
function half(key: string): (context: MemoryContext) => void {
  return ({ db }) => {
    count(db, key);
    throw boom;
  };
}

const throwing = () => {
  throw new TypeError("broken rollback");
};
const direct = { transactional: false };
const beforePair = {
  beforeExecution: ({ db }: MemoryContext) => db.set("before", true),
  rollbackBeforeExecution: ({ db }: MemoryContext) => db.delete("before"),
};

/** Two units; the second fails in the way of a case. */
interface Failure {
  readonly what: string;
  readonly unit: MemoryChange;
  readonly state: ExecutionReport["failed"][number]["state"];
  readonly log: string[];
  readonly data: Record<string, unknown>;
  readonly next: "retried" | "CHANGE_ROLLBACK_FAILED";
}

const failures: Failure[] = [
  {
    what: "a transactional unit that fails",
    unit: counting("2", "b", { execution: half("b") }),
    state: "FAILED",
    log: ["b FAILED"],
    data: {},
    next: "retried",
  },
  {
    what: "a non-transactional unit that fails",
    unit: counting("2", "b", { ...direct, execution: half("b") }),
    state: "ROLLED_BACK",
    log: ["b STARTED", "b ROLLED_BACK"],
    data: {},
    next: "retried",
  },
  {
    what: "a non-transactional unit whose rollback fails as well",
    unit: counting("2", "b", { ...direct, execution: half("b"), rollbackExecution: throwing }),
    state: "ROLLBACK_FAILED",
    log: ["b STARTED", "b ROLLBACK_FAILED"],
    data: { b: 1 },
    next: "CHANGE_ROLLBACK_FAILED",
  },
  {
    what: "an irreversible non-transactional unit that fails",
    unit: irreversible("2", "b", { ...direct, execution: half("b") }),
    state: "ROLLBACK_FAILED",
    log: ["b STARTED", "b ROLLBACK_FAILED"],
    data: { b: 1 },
    next: "CHANGE_ROLLBACK_FAILED",
  },
  {
    what: "an irreversible transactional unit that fails",
    unit: irreversible("2", "b", { execution: half("b") }),
    state: "FAILED",
    log: ["b FAILED"],
    data: {},
    next: "retried",
  },
  {
    what: "a transactional unit behind its before step",
    unit: counting("2", "b", { ...beforePair, execution: half("b") }),
    state: "FAILED",
    log: ["before b STARTED", "before b EXECUTED", "b FAILED", "before b STARTED", "before b ROLLED_BACK"],
    data: {},
    next: "retried",
  },
  {
    what: "a non-transactional unit behind its before step",
    unit: counting("2", "b", { ...direct, ...beforePair, execution: half("b") }),
    state: "ROLLED_BACK",
    log: [
      "before b STARTED",
      "before b EXECUTED",
      "b STARTED",
      "b ROLLED_BACK",
      "before b STARTED",
      "before b ROLLED_BACK",
    ],
    data: {},
    next: "retried",
  },
  {
    what: "a before step",
    unit: counting("2", "b", { ...beforePair, beforeExecution: half("before") }),
    state: "ROLLED_BACK",
    log: ["before b STARTED", "before b ROLLED_BACK"],
    data: {},
    next: "retried",
  },
  {
    what: "a before step whose rollback fails as well",
    unit: counting("2", "b", { beforeExecution: half("before"), rollbackBeforeExecution: throwing }),
    state: "ROLLBACK_FAILED",
    log: ["before b STARTED", "before b ROLLBACK_FAILED"],
    data: { before: 1 },
    next: "CHANGE_ROLLBACK_FAILED",
  },
  {
    what: "a unit whose before step cannot be rolled back",
    unit: counting("2", "b", { ...beforePair, execution: half("b"), rollbackBeforeExecution: throwing }),
    state: "ROLLBACK_FAILED",
    log: ["before b STARTED", "before b EXECUTED", "b FAILED", "before b STARTED", "before b ROLLBACK_FAILED"],
    data: { before: true },
    next: "CHANGE_ROLLBACK_FAILED",
  },
];

for (const { what, unit, state, log, data, next } of failures) {
  Deno.test(`Runner.migrate() leaves ${what} in state ${state}, and keeps what was executed before`, async () => {
    const store = new MemoryStore();
    const heard = new Heard();
    const units = [counting("1", "a"), unit, counting("3", "c")];
    const runner = runnerOn(store, units, { listener: heard.listener });
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
    assertEquals(error.code, "CHANGE_FAILED");
    assertStringIncludes(error.message, 'The change unit "2 b" failed: boom {…}');
    assertEquals([error.message.includes("ann@"), error.message.includes("line 7")], [false, false]);
    assertEquals(error.report.executed.map(({ id }) => id), ["a"]);
    assertEquals(error.report.failed.map((failed) => [failed.id, failed.state]), [["b", state]]);
    assertEquals(error.report.pending.map(({ id }) => id), ["c"]);
    assertEquals(heard.of("change.failed").map(({ change }) => [change.id, change.state]), [["b", state]]);
    assertEquals(logOf(store), ["a EXECUTED", ...log]);
    assertEquals(dataOf(store), { a: 1, ...data });
    assertStrictEquals(store.lease.owner, null);
  });

  Deno.test(`Runner.migrate() ${next === "retried" ? "tries again" : "stops"} after ${what}`, async () => {
    const store = new MemoryStore();
    await assertRejects(() => runnerOn(store, [unit]).migrate(), ChangeFailedError);
    const before = structuredClone(store.entries);
    const mended = runnerOn(store, [counting("2", "b")]);
    if (next === "retried") {
      assertEquals((await mended.migrate()).executed.map(({ id }) => id), ["b"]);
      assertEquals(dataOf(store), { b: 1 });
      return;
    }
    const error = await assertRejects(() => mended.migrate(), PlanError);
    assertEquals(error.problems.map(({ code }) => code), [next]);
    assertEquals(store.entries, before);
  });
}

Deno.test("ChangeFailedError has the error of the change unit as its cause, and the history has it without secrets", async () => {
  const store = new MemoryStore();
  const unit = counting("1", "a", { execution: half("a") });
  const error = await assertRejects(() => runnerOn(store, [unit]).migrate(), ChangeFailedError);
  assertStrictEquals(error.cause, boom);
  assertEquals(store.entries.at(-1)?.error, { name: "RangeError", code: null, message: "boom {…}" });
});

Deno.test("ChangeFailedError has both errors when the rollback failed as well", async () => {
  const store = new MemoryStore();
  const unit = counting("1", "a", { ...direct, execution: half("a"), rollbackExecution: throwing });
  const { cause } = await assertRejects(() => runnerOn(store, [unit]).migrate(), ChangeFailedError);
  assert(cause instanceof AggregateError);
  assertStrictEquals(cause.errors[0], boom);
  assert(cause.errors[1] instanceof TypeError);
  assertEquals(store.entries.at(-1)?.error?.message, "boom {…} (its rollback failed as well: broken rollback)");
});

Deno.test("Runner.migrate() runs a unit and its rollback outside of transactions with the strategy none", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a"), counting("2", "b", { execution: half("b") })];
  const runner = runnerOn(store, units, { transactionStrategy: "none" });
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals(logOf(store), ["a STARTED", "a EXECUTED", "b STARTED", "b ROLLED_BACK"]);
  assertEquals(dataOf(store), { a: 1 });
});

Deno.test("Runner.migrate() goes on after a unit with failFast false, and tries it again next time", async () => {
  const store = new MemoryStore();
  const units = (execution: MemoryChange["execution"]) => [
    counting("1", "a", { failFast: false, execution }),
    counting("2", "b"),
  ];
  const first = await runnerOn(store, units(half("a"))).migrate();
  assertEquals(first.failed.map(({ id, state, message }) => [id, state, message]), [["a", "FAILED", "boom {…}"]]);
  assertEquals([first.executed.map(({ id }) => id), first.pending], [["b"], []]);
  const second = await runnerOn(store, units(({ db }) => db.set("a", 1))).migrate();
  assertEquals([second.executed.map(({ id }) => id), second.failed], [["a"], []]);
});

Deno.test("Runner.migrate() does not go on after a unit with failFast false that could not be rolled back", async () => {
  const store = new MemoryStore();
  const broken = irreversible("1", "a", { ...direct, failFast: false, execution: half("a") });
  const error = await assertRejects(() => runnerOn(store, [broken, counting("2", "b")]).migrate(), ChangeFailedError);
  assertEquals(error.report.pending.map(({ id }) => id), ["b"]);
});

Deno.test("Runner.migrate() tries again after a before step with failFast false failed", async () => {
  const store = new MemoryStore();
  const first = counting("1", "a", { ...beforePair, failFast: false, beforeExecution: half("before") });
  await runnerOn(store, [first, counting("2", "b")]).migrate();
  const mended = counting("1", "a", { ...beforePair, failFast: false });
  const { executed } = await runnerOn(store, [mended, counting("2", "b")]).migrate();
  assertEquals(executed.map(({ id }) => id), ["a"]);
  assertEquals(dataOf(store), { b: 1, before: true, a: 1 });
});
