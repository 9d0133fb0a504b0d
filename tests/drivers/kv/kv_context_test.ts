import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ChangeFailedError, type Driver, MigrationError } from "../../../mod.ts";
import { KvDriver, type KvDriverContext } from "../../../src/drivers/kv/mod.ts";

function allow(): void {}

/** Runs a method on the context of a transaction of a database in memory. */
async function inTransaction(work: (context: KvDriverContext, kv: Deno.Kv) => unknown): Promise<Deno.Kv> {
  const kv = await Deno.openKv(":memory:");
  try {
    await new KvDriver({ kv }).transaction(async ({ context }) => void await work(context, kv), allow);
    return kv;
  } catch (error) {
    kv.close();
    throw error;
  }
}

const writes: Record<string, (kv: Deno.Kv) => unknown> = {
  set: (kv) => kv.set(["key"], 1),
  delete: (kv) => kv.delete(["key"]),
  enqueue: (kv) => kv.enqueue("a message"),
  atomic: (kv) => kv.atomic().set(["key"], 1).commit(),
  listenQueue: (kv) => kv.listenQueue(() => {}),
  watch: (kv) => kv.watch([["key"]]),
};

for (const [name, write] of Object.entries(writes)) {
  Deno.test(`kv.${name}() inside a transaction is refused with the advice to use atomic, and does nothing`, async () => {
    using kv = await inTransaction(({ kv }) => {
      const error = assertThrows(() => write(kv), MigrationError, `kv.${name}()`);
      assertEquals(error.code, "REFUSED_IN_TRANSACTION");
      assertStringIncludes(error.message, "`atomic`");
    });
    assertEquals((await kv.get(["key"])).versionstamp, null);
  });
}

Deno.test("everything that atomic can collect is committed together at the end", async () => {
  using kv = await inTransaction(async ({ kv: bound, atomic }, kv) => {
    await kv.set(["gone"], true);
    for (const name of ["sum", "max"]) await kv.set([name], new Deno.KvU64(5n));
    await kv.set(["min"], new Deno.KvU64(5n));
    const gone = await bound.get(["gone"]);
    atomic.check(gone).set(["set"], { deep: [1n] }).delete(["gone"]).sum(["sum"], 2n).max(["max"], 9n).min(["min"], 3n)
      .mutate({ type: "set", key: ["mutated"], value: 1 }).enqueue("a message", {
        keysIfUndelivered: [["undelivered"]],
      });
    assertEquals((await kv.get(["set"])).value, null);
  });
  const found = await kv.getMany([["set"], ["gone"], ["sum"], ["max"], ["min"], ["mutated"]]);
  assertEquals(found.map(({ value }) => value instanceof Deno.KvU64 ? value.value : value), [
    { deep: [1n] },
    null,
    7n,
    9n,
    3n,
    1,
  ]);
});

Deno.test("get, getMany and list read inside a transaction, and a list can be read on", async () => {
  using _kv = await inTransaction(async ({ kv: bound }, kv) => {
    for (const name of ["a", "b", "c"]) await kv.set(["names", name], name);
    assertEquals((await bound.getMany([["names", "a"], ["names", "d"]])).map(({ value }) => value), ["a", null]);
    const names = bound.list({ prefix: ["names"] }, { limit: 2 });
    assertEquals(await Array.fromAsync(names, ({ value }) => value), ["a", "b"]);
    const rest = bound.list({ prefix: ["names"] }, { cursor: names.cursor });
    assertEquals(await Array.fromAsync(rest, ({ value }) => value), ["c"]);
  });
});

Deno.test("commit() of atomic is refused, because the driver commits", async () => {
  const error = await assertRejects(
    () => inTransaction(({ atomic }) => (atomic as Deno.AtomicOperation).set(["key"], 1).commit()),
    MigrationError,
    "leave commit() away",
  );
  assertEquals(error.code, "REFUSED_IN_TRANSACTION");
});

Deno.test("atomic outside of a transaction is refused with the advice to commit by oneself", async () => {
  using kv = await Deno.openKv(":memory:");
  const { atomic } = new KvDriver({ kv }).context(allow);
  const error = assertThrows(() => atomic.set(["key"], 1), MigrationError, "kv.atomic() with commit()");
  assertEquals(error.code, "TRANSACTION_NEEDED");
  assertStringIncludes(Deno.inspect({ atomic }), "atomic");
});

Deno.test("outside of a transaction everything can be done, and the guard stands in front of each step", async () => {
  using kv = await Deno.openKv(":memory:");
  let isOver = false;
  const { kv: bound } = new KvDriver({ kv }).context(() => {
    if (isOver) throw new Error("the guard says no");
  });
  assertEquals((await bound.atomic().set(["a"], 1).set(["b"], 2).commit()).ok, true);
  const operation = bound.atomic().set(["c"], 3);
  const list = bound.list({ prefix: [] });
  assertEquals((await list.next()).done, false);
  isOver = true;
  await assertRejects(async () => await operation.commit(), Error, "the guard says no");
  await assertRejects(async () => await list.next(), Error, "the guard says no");
  await assertRejects(async () => await bound.get(["a"]), Error, "the guard says no");
  assertEquals((await kv.get(["c"])).value, null);
});

for (const name of ["close", Symbol.dispose] as const) {
  Deno.test(`${String(name)}() of the database is the caller's alone`, async () => {
    using kv = await Deno.openKv(":memory:");
    const { kv: bound } = new KvDriver({ kv }).context(allow);
    assertThrows(() => bound[name](), TypeError, "belongs to the caller");
    using _kv = await inTransaction(({ kv }) => assertThrows(() => kv[name](), TypeError, "belongs to the caller"));
    assertEquals((await kv.get(["still open"])).value, null);
  });
}

const tooLarge: Record<string, (context: KvDriverContext) => unknown> = {
  "1,000 mutations beside the entry": ({ atomic }) => {
    for (let index = 0; index < 1_000; index++) atomic.set(["key", index], index);
  },
  "100 checks beside the place in the history": ({ atomic }) => {
    for (let index = 0; index < 100; index++) atomic.check({ key: ["key", index], versionstamp: null });
  },
  "more than 800 KiB": ({ atomic }) => {
    for (let index = 0; index < 14; index++) atomic.set(["key", index], "x".repeat(60_000));
  },
  "keys of more than 80 KiB": ({ atomic }) => {
    for (let index = 0; index < 60; index++) atomic.set(["key".repeat(500), index], index);
  },
  "a value of more than 64 KiB": ({ atomic }) => atomic.set(["key"], "x".repeat(70_000)),
  "a key of more than 2 KiB": ({ atomic }) => atomic.set(["key".repeat(1_000)], 1),
};

for (const [what, write] of Object.entries(tooLarge)) {
  Deno.test(`a transaction with ${what} is explained with the limit and the way out, and writes nothing`, async () => {
    using kv = await Deno.openKv(":memory:");
    const driver: Driver<KvDriverContext> = new KvDriver({ kv });
    const error = await assertRejects(() =>
      driver.transaction(async ({ context, append }) => {
        await write(context);
        await append({ seq: 1 } as Parameters<typeof append>[0]);
      }, allow), MigrationError);
    assertEquals(error.code, "LIMIT_EXCEEDED");
    assert(/\(max \d+(?: bytes)?\); .*(?:cut|spread|shorter)/.test(error.message), error.message);
    assertEquals(driver.classify(error), "permanent");
    assertEquals(await Array.fromAsync(kv.list({ prefix: [] })), []);
    assert(!(error instanceof ChangeFailedError));
  });
}
