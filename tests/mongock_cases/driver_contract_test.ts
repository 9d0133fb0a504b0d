import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertStringIncludes } from "@std/assert";
import { entriesOf, everyDatabase, onMongodb, onSqlite, runnerOn } from "./bench.ts";
import { unitsOn } from "./units.ts";

const METADATA = {
  string: 'text with "quotes", $signs and ünïcödé',
  integer: 2_147_483_647,
  float: 1.5,
  double: 0.1 + 0.2,
  long: 9_007_199_254_740_991,
  negative: -1,
  truth: true,
  nothing: null,
  list: [1, "two", { three: 3 }],
  "a.b": { $set: "looks like an operator" },
};

everyDatabase("five units: every field of their entries, and metadata of all types", async (bench) => {
  const unit = unitsOn(bench);
  const units = [1, 2, 3, 4, 5].map((order) => {
    return unit(`${order}`, `u${order}`, { author: "ann", systemVersion: `${order}.0`, runAlways: order === 5 });
  });
  const startedAt = Date.now();
  const { executionId } = await (await runnerOn(bench, units, { metadata: METADATA })).migrate();
  const [run, ...entries] = await entriesOf(bench);
  assertEquals(run?.type, "RUN");
  for (const [index, entry] of entries.entries()) {
    const { timestamp, executionMillis, digest, ...fields } = entry;
    assertEquals(fields, {
      seq: index + 2,
      format: 1,
      executionId: executionId ?? "",
      operation: "MIGRATE",
      type: "EXECUTION",
      state: "EXECUTED",
      changeId: `u${index + 1}`,
      author: "ann",
      order: `${index + 1}`,
      file: null,
      checksum: null,
      systemVersion: `${index + 1}.0`,
      runAlways: index === 4,
      attempts: 1,
      executionHostname: "host-1",
      session: null,
      comment: null,
      metadata: METADATA,
      error: null,
      settled: null,
      previous: [run, ...entries][index]?.digest ?? null,
    });
    assert(executionMillis !== null && Number.isInteger(executionMillis));
    assertGreaterOrEqual(executionMillis, 0);
    assertLess(Math.abs(Date.parse(timestamp) - startedAt), 60_000);
    assertStringIncludes(digest, "sha256:");
  }
  assertEquals(entries.length, 5);
  const again = await (await runnerOn(bench, units)).migrate();
  assertEquals([again.executed.map(({ id }) => id), again.done], [["u5"], 4]);
  assertEquals((await entriesOf(bench)).slice(0, 6), [run, ...entries]);
});

onMongodb("other names: nothing is written under those that hold by default", async (bench) => {
  const names = { history: "changes", lease: "locks" };
  const units = [unitsOn(bench)("1", "a")];
  assertEquals((await (await runnerOn(bench, units, { names })).migrate()).executed.length, 1);
  assertEquals((await (await runnerOn(bench, units, { names })).migrate()).executed.length, 0);
  const found = await bench.db.listCollections({}, { nameOnly: true }).toArray();
  assertEquals(found.map(({ name }) => name).toSorted(), ["changes", "locks", "things"]);
});

onSqlite("other names: nothing is written under those that hold by default", async (bench) => {
  const names = { history: 'changes "of" us', lease: "locks; DROP TABLE things" };
  const units = [unitsOn(bench)("1", "a")];
  assertEquals((await (await runnerOn(bench, units, { names })).migrate()).executed.length, 1);
  assertEquals((await (await runnerOn(bench, units, { names })).migrate()).executed.length, 0);
  const found = bench.database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  assertEquals(found.map(({ name }) => name), ['changes "of" us', "locks; DROP TABLE things", "things"]);
});
