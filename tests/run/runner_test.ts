import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ListedDefinition, type MemoryContext, MemoryDriver, MemoryStore } from "../../mod.ts";
import { counting, dataOf, Heard, logOf, runnerOn } from "../fixtures/memory.ts";
import { MigrationsFolder, setting } from "../fixtures/migrations_folder.ts";

const three = [counting("2", "b"), counting("10", "c"), counting("1", "a")];

/** A driver that keeps the names of its calls. */
class CallsDriver extends MemoryDriver {
  readonly calls: string[] = [];

  override prepare() {
    this.calls.push("prepare");
    return super.prepare();
  }

  override readHistory(options?: { readonly after?: number }) {
    this.calls.push("readHistory");
    return super.readHistory(options);
  }

  override acquireLease(request: Parameters<MemoryDriver["acquireLease"]>[0]) {
    this.calls.push("acquireLease");
    return super.acquireLease(request);
  }
}

Deno.test("Runner.migrate() executes what is pending, in order, and reports it", async () => {
  const store = new MemoryStore();
  const heard = new Heard();
  const report = await runnerOn(store, three, { listener: heard.listener }).migrate();
  assertEquals(report.executed.map(({ id, author, order, file, attempts }) => [id, author, order, file, attempts]), [
    ["a", "default-author", "1", null, 1],
    ["b", "default-author", "2", null, 1],
    ["c", "default-author", "10", null, 1],
  ]);
  assertEquals([report.failed, report.skipped, report.pending, report.warnings], [[], [], [], []]);
  assertEquals(logOf(store), ["a EXECUTED", "b EXECUTED", "c EXECUTED"]);
  assertEquals(dataOf(store), { a: 1, b: 1, c: 1 });
  assertEquals(heard.events.map(({ type }) => type), [
    "lock.acquired",
    "execution.started",
    ...three.flatMap(() => ["change.started", "change.executed"]),
    "execution.ended",
    "lock.released",
  ]);
});

Deno.test("Runner.migrate() begins with a RUN entry and gives every entry the same execution", async () => {
  const store = new MemoryStore();
  const options = { hostname: "host-7", metadata: { build: 7 }, defaultAuthor: "ann" };
  const { executionId } = await runnerOn(store, three, options).migrate();
  assertEquals(store.entries.map(({ seq, type, state }) => [seq, type, state]), [
    [1, "RUN", "STARTED"],
    [2, "EXECUTION", "EXECUTED"],
    [3, "EXECUTION", "EXECUTED"],
    [4, "EXECUTION", "EXECUTED"],
  ]);
  for (const entry of store.entries) {
    assertEquals([entry.executionId, entry.operation, entry.executionHostname], [executionId, "MIGRATE", "host-7"]);
    assertEquals(entry.metadata, { build: 7 });
    assert(Math.abs(Date.parse(entry.timestamp) - Date.now()) < 60_000);
  }
  assertEquals(store.entries.map(({ author }) => author), [null, "ann", "ann", "ann"]);
});

Deno.test("Runner.migrate() with nothing to do writes nothing and costs one read", async () => {
  const store = new MemoryStore();
  await runnerOn(store, three).migrate();
  const before = structuredClone({ entries: store.entries, lease: store.lease, data: store.data });
  const driver = new CallsDriver({ store });
  const heard = new Heard();
  const report = await runnerOn(store, three, { driver, listener: heard.listener }).migrate();
  const nothing = { executed: [], failed: [], skipped: [], done: 3, pending: [], warnings: [] };
  assertEquals(report, { operation: "MIGRATE", executionId: null, ...nothing });
  assertEquals({ entries: store.entries, lease: store.lease, data: store.data }, before);
  assertEquals(driver.calls, ["readHistory"]);
  assertEquals(heard.events, []);
});

Deno.test("Runner.migrate() executes only what was added since", async () => {
  const store = new MemoryStore();
  await runnerOn(store, three).migrate();
  const { executed } = await runnerOn(store, [...three, counting("11", "d")]).migrate();
  assertEquals(executed.map(({ id }) => id), ["d"]);
  assertEquals(dataOf(store), { a: 1, b: 1, c: 1, d: 1 });
  assertEquals(store.entries.filter(({ type }) => type === "RUN").length, 2);
});

Deno.test("Runner.plan() is what migrate would do, and writes nothing", async () => {
  const store = new MemoryStore();
  await runnerOn(store, [counting("1", "a")]).migrate();
  const before = structuredClone({ entries: store.entries, lease: store.lease });
  const plan = await runnerOn(store, three).plan();
  assertEquals(plan.changes.map(({ id, decision, state }) => [id, decision, state]), [
    ["a", "done", "EXECUTED"],
    ["b", "run", "PENDING"],
    ["c", "run", "PENDING"],
  ]);
  assertEquals({ entries: store.entries, lease: store.lease }, before);
  const { executed } = await runnerOn(store, three).migrate();
  assertEquals(executed.map(({ id }) => id), plan.steps.map(({ unit }) => unit.id));
});

Deno.test("Runner.migrate() runs a runAlways unit in every execution", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a", { runAlways: true }), counting("2", "b")];
  for (const _ of [1, 2, 3]) await runnerOn(store, units).migrate();
  assertEquals(dataOf(store), { a: 3, b: 1 });
  assertEquals(logOf(store), ["a EXECUTED", "b EXECUTED", "a EXECUTED", "a EXECUTED"]);
});

Deno.test("Runner.migrate() runs a runOnChange unit again after an edit, and only then", async () => {
  const store = new MemoryStore();
  const text = (value: string) => `export const runOnChange = true;\n${setting("a", value)}`;
  await using folder = await MigrationsFolder.make({ "1_a.ts": text("one"), "2_b.ts": setting("b", "one") });
  const executed = [];
  for (const value of ["one", "one", "two", "two"]) {
    await folder.write("1_a.ts", text(value));
    executed.push((await runnerOn(store, folder.path).migrate()).executed.map(({ id }) => id).join());
  }
  assertEquals(executed, ["a,b", "", "a", ""]);
  assertEquals(dataOf(store), { a: "two", b: "one" });
});

Deno.test("Runner.migrate() skips what is not meant for it, with the reason, and runs it when it is", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a"), counting("2", "b", { profiles: ["production"] })];
  const report = await runnerOn(store, units).migrate();
  assertEquals(report.skipped.map(({ id, reason }) => [id, reason]), [
    ["b", "none of its profiles (production) is active"],
  ]);
  assertEquals([report.executed.length, report.pending.length], [1, 0]);
  const second = await runnerOn(store, units, { rules: { profiles: ["production"] } }).migrate();
  assertEquals(second.executed.map(({ id }) => id), ["b"]);
});

Deno.test("Runner.migrate() tells a warning once, in the report as well as to the listener", async () => {
  const store = new MemoryStore();
  await runnerOn(store, three).migrate();
  const heard = new Heard();
  const older = [counting("1", "a"), counting("2", "b")];
  const { warnings } = await runnerOn(store, older, { listener: heard.listener }).migrate();
  assertEquals(warnings.map(({ code }) => code), ["CHANGE_MISSING_NEWER"]);
  assertEquals(heard.of("warning").map(({ problem }) => problem), [...warnings]);
});

Deno.test("Runner gives every method its context", async () => {
  const store = new MemoryStore();
  const seen: unknown[] = [];
  const look = ({ changeUnit, executionId, attempt, metadata, signal, log }: MemoryContext) => {
    log("half way");
    seen.push([changeUnit, executionId, attempt, metadata, signal.aborted]);
  };
  const unit: ListedDefinition<MemoryContext> = counting("1", "a", { author: "ann", execution: look });
  const heard = new Heard();
  const { executionId } = await runnerOn(store, [unit], { metadata: { build: 7 }, listener: heard.listener }).migrate();
  const change = { id: "a", author: "ann", order: "1", file: null };
  assertEquals(seen, [[change, executionId, 1, { build: 7 }, false]]);
  assertEquals(heard.of("change.log"), [{ type: "change.log", change, message: "half way" }]);
});

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

for (const [what, metadata] of [["a bigint", { build: 7n }], ["a cycle", cyclic]] as const) {
  Deno.test(`new Runner() throws for metadata with ${what}`, () => {
    assertThrows(() => runnerOn(new MemoryStore(), [], { metadata }), TypeError);
  });
}

Deno.test("new Runner() copies the metadata, so that later changes do not reach the history", async () => {
  const store = new MemoryStore();
  const metadata = { build: { number: 7 } };
  const runner = runnerOn(store, three, { metadata });
  metadata.build.number = 8;
  await runner.migrate();
  assertEquals(store.entries[0]?.metadata, { build: { number: 7 } });
});
