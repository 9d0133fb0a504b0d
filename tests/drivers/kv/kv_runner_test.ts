import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ChangeFailedError,
  type ListedDefinition,
  LockNotObtainedError,
  Runner,
  type RunnerOptions,
} from "../../../mod.ts";
import { type KvContext, KvDriver, type KvDriverContext } from "../../../src/drivers/kv/mod.ts";

type KvUnit = ListedDefinition<KvContext>;

const nameUsers: KvUnit = {
  id: "name_users",
  order: "0001",
  execution: ({ atomic }) => void atomic.set(["users", 1], { name: "Ann" }).set(["users", 2], { name: "Ben" }),
  rollbackExecution: ({ atomic }) => void atomic.delete(["users", 1]).delete(["users", 2]),
};

const activateUsers: KvUnit = {
  id: "activate_users",
  order: "0002",
  transactional: false,
  async execution({ kv }) {
    for await (const { key, value } of kv.list<object>({ prefix: ["users"] })) {
      await kv.set(key, { ...value, active: true });
    }
  },
  async rollbackExecution({ kv }) {
    for await (const { key, value } of kv.list<{ name: string }>({ prefix: ["users"] })) {
      await kv.set(key, { name: value.name });
    }
  },
};

function runnerOn(kv: Deno.Kv, migrations: KvUnit[], options: Partial<RunnerOptions<KvDriverContext>> = {}) {
  return new Runner<KvDriverContext>({ driver: new KvDriver({ kv }), migrations, ...options });
}

async function usersIn(kv: Deno.Kv): Promise<unknown[]> {
  return await Array.fromAsync(kv.list({ prefix: ["users"] }), ({ value }) => value);
}

async function statesIn(runner: Runner<KvDriverContext>): Promise<string[]> {
  return (await runner.history()).filter(({ type }) => type !== "RUN").map(({ changeId, state }) =>
    `${changeId} ${state}`
  );
}

const NAMED = [{ name: "Ann" }, { name: "Ben" }];

Deno.test("change units on Deno KV are executed once, listed, validated and undone", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = runnerOn(kv, [nameUsers, activateUsers]);
  assertEquals((await runner.migrate()).executed.map(({ id }) => id), ["name_users", "activate_users"]);
  assertEquals(await usersIn(kv), NAMED.map((user) => ({ ...user, active: true })));
  assertEquals((await runner.migrate()).executed, []);
  assertEquals((await runner.validate()).problems, []);
  await runner.undo({ count: 1 });
  assertEquals(await usersIn(kv), NAMED);
  await runner.undo({ all: true });
  assertEquals(await usersIn(kv), []);
  const states = ["name_users EXECUTED", "activate_users STARTED", "activate_users EXECUTED"];
  const undone = ["activate_users STARTED", "activate_users ROLLED_BACK", "name_users ROLLED_BACK"];
  assertEquals(await statesIn(runner), [...states, ...undone]);
});

Deno.test("a transactional change unit that throws leaves nothing on Deno KV but its FAILED entry", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = runnerOn(kv, [{
    ...nameUsers,
    execution(context) {
      nameUsers.execution(context);
      throw new Error("halfway");
    },
  }]);
  await assertRejects(() => runner.migrate(), ChangeFailedError, "halfway");
  assertEquals(await usersIn(kv), []);
  assertEquals(await statesIn(runner), ["name_users FAILED"]);
});

Deno.test("a non-transactional change unit that throws on Deno KV is undone by its rollback method", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = runnerOn(kv, [nameUsers, {
    ...activateUsers,
    async execution(context) {
      await context.kv.set(["users", 1], { name: "Ann", active: true });
      throw new Error("halfway");
    },
  }]);
  await assertRejects(() => runner.migrate(), ChangeFailedError, "halfway");
  assertEquals(await usersIn(kv), NAMED);
  assertEquals((await statesIn(runner)).slice(1), ["activate_users STARTED", "activate_users ROLLED_BACK"]);
});

Deno.test("what a change unit has checked and somebody else has changed makes it run again on what is there now", async () => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["visits"], 1);
  const attempts: number[] = [];
  const runner = runnerOn(kv, [{
    id: "double_visits",
    order: "0001",
    async execution({ kv: bound, atomic, attempt }) {
      attempts.push(attempt);
      const visits = await bound.get<number>(["visits"]);
      // Somebody else, in between.
      if (attempt === 1) await kv.set(["visits"], 10);
      atomic.check(visits).set(["visits"], (visits.value ?? 0) * 2);
    },
    irreversible: "a test",
  }]);
  const [executed] = (await runner.migrate()).executed;
  assertEquals([attempts, executed?.attempts], [[1, 2], 2]);
  assertEquals((await kv.get(["visits"])).value, 20);
});

Deno.test("all change units of a run can share one atomic operation of Deno KV", async () => {
  using kv = await Deno.openKv(":memory:");
  const failing: KvUnit = {
    id: "fail",
    order: "0003",
    execution: () => Promise.reject(new Error("at the end")),
    irreversible: "a test",
  };
  const options = { transactionStrategy: "run" } as const;
  await assertRejects(() => runnerOn(kv, [nameUsers, failing], options).migrate(), ChangeFailedError, "at the end");
  assertEquals(await usersIn(kv), []);
  assertEquals((await runnerOn(kv, [nameUsers], options).migrate()).executed.length, 1);
  assertEquals(await usersIn(kv), NAMED);
});

Deno.test("a transaction that is too large for Deno KV fails with the limit in the history", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = runnerOn(kv, [{
    id: "too_large",
    order: "0001",
    execution({ atomic }) {
      for (let index = 0; index < 1_000; index++) atomic.set(["key", index], index);
    },
    irreversible: "a test",
  }]);
  const error = await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertStringIncludes(String(error.cause), "Too many mutations (max 1000)");
  const last = (await runner.history()).at(-1);
  assertEquals([last?.state, last?.error?.code], ["FAILED", "LIMIT_EXCEEDED"]);
});

Deno.test("metadata that is too large for an entry on Deno KV says so", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = runnerOn(kv, [nameUsers], { metadata: { notes: "x".repeat(70_000) } });
  await assertRejects(() => runner.migrate(), Error, "make the metadata smaller");
});

Deno.test("two prefixes are two histories with a lease each in one database", async () => {
  using kv = await Deno.openKv(":memory:");
  const one = new KvDriver({ kv, prefix: ["one"] });
  const two = new KvDriver({ kv, prefix: ["two", 2] });
  await one.acquireLease({ owner: "ann", hostname: "", leaseMs: 60_000 });
  const waiting = new Runner({ driver: one, migrations: [nameUsers], lock: { waitMs: 0 } });
  await assertRejects(() => waiting.migrate(), LockNotObtainedError);
  await new Runner({ driver: two, migrations: [nameUsers] }).migrate();
  assertEquals((await one.readHistory()).length, 0);
  assertEquals((await two.readHistory()).length, 2);
  const keys = await Array.fromAsync(kv.list({ prefix: [] }), ({ key }) => key);
  assertEquals(keys.filter(([first]) => first !== "users"), [["one", "lease"], ["two", 2, "history", 1], [
    "two",
    2,
    "history",
    2,
  ], ["two", 2, "lease"]]);
});
