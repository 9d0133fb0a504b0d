import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MemoryStore, PlanError, type VersionRange } from "../../mod.ts";
import { counting, dataOf, runnerOn } from "../fixtures/memory.ts";
import { MigrationsFolder, setting } from "../fixtures/migrations_folder.ts";

const versions = ["0", "1", "2", "3.0", "4", "2018"];
const versioned = versions.map((systemVersion, index) =>
  counting(`${index + 1}`, `v${systemVersion}`, { systemVersion })
);

const ranges: readonly [range: VersionRange, executed: string[]][] = [
  [{ from: "0", to: "9" }, ["0", "1", "2", "3.0", "4"]],
  [{ from: "2", to: "4" }, ["2", "3.0", "4"]],
  [{ from: "3", to: "4" }, ["3.0", "4"]],
  [{ from: "3", to: "2018" }, ["3.0", "4", "2018"]],
  [{ from: "3.0.0", to: "3" }, ["3.0"]],
  [{}, versions],
];

for (const [range, executed] of ranges) {
  const shown = `${range.from ?? "the beginning"} to ${range.to ?? "the end"}`;
  Deno.test(`versions from ${shown}, both included, are executed; the others are skipped with the reason`, async () => {
    const store = new MemoryStore();
    const report = await runnerOn(store, versioned, { rules: { systemVersion: range } }).migrate();
    assertEquals(report.executed.map(({ id }) => id), executed.map((version) => `v${version}`));
    assertEquals(report.skipped.length, versions.length - executed.length);
    for (const { id, reason } of report.skipped) assertStringIncludes(reason, `its system version ${id.slice(1)} is`);
  });
}

Deno.test("a unit that was skipped for its version is executed once its version is in range, behind later ones", async () => {
  const store = new MemoryStore();
  const units = [counting("1", "a", { systemVersion: "2", outOfOrder: true }), counting("2", "b")];
  await runnerOn(store, units, { rules: { systemVersion: { to: "1" } } }).migrate();
  assertEquals(dataOf(store), { b: 1 });
  await runnerOn(store, units, { rules: { systemVersion: { to: "2" } } }).migrate();
  assertEquals(dataOf(store), { b: 1, a: 1 });
});

Deno.test("a folder and a folder inside of it are two sources: only that which is named is read", async () => {
  await using folder = await MigrationsFolder.make({
    "1_a.ts": setting("a", "outside"),
    "inner/2_b.ts": setting("b", "inside"),
    "inner/create_clients.ts": "a script that is no change unit",
  });
  const [outer, inner] = [new MemoryStore(), new MemoryStore()];
  await runnerOn(outer, folder.path).migrate();
  assertEquals(dataOf(outer), { a: "outside" });
  const error = await assertRejects(() => runnerOn(inner, `${folder.path}/inner`).migrate(), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["FILE_NAME_INVALID"]);
});

Deno.test("several folders are several runners with histories of their own, or one of them misses what the other has", async () => {
  await using one = await MigrationsFolder.make({ "1_a.ts": setting("a", "one") });
  await using two = await MigrationsFolder.make({ "2_b.ts": setting("b", "two") });
  const store = new MemoryStore();
  await runnerOn(store, one.path).migrate();
  const error = await assertRejects(() => runnerOn(store, two.path).migrate(), PlanError);
  assertEquals(error.problems.map(({ code }) => code), ["CHANGE_MISSING"]);
  assertEquals(dataOf(store), { a: "one" });
});
