import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ChangeFailedError, MemoryDriver, MemoryStore, Runner } from "../../mod.ts";
import { changeUnitTemplate, fillTemplate, TEMPLATE_DATABASES } from "../../src/cli/templates.ts";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";
import { ROOT } from "./denock.ts";

const DATABASES = [...TEMPLATE_DATABASES, "any"] as const;
const VALUES = { id: "create_users", order: "0001", date: "2026-11-22" };

/** Each template twice, with and without an author. */
async function makeFolder(): Promise<MigrationsFolder> {
  const files = DATABASES.flatMap((database, index) => [
    [`${index}.1_${database}.ts`, changeUnitTemplate(database, { ...VALUES, author: null })],
    [`${index}.2_${database}_by_ann.ts`, changeUnitTemplate(database, { ...VALUES, author: "ann" })],
  ]);
  return await MigrationsFolder.make(Object.fromEntries(files));
}

async function assertDeno(folder: MigrationsFolder, ...words: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, folder.path],
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}

Deno.test("changeUnitTemplate() gives files that deno check, deno lint and deno fmt have nothing to say of", async () => {
  await using folder = await makeFolder();
  await assertDeno(folder, "check", `--config=${join(ROOT, "deno.json")}`);
  await assertDeno(folder, "lint", "--no-config");
  await assertDeno(folder, "fmt", "--no-config", "--check");
  await assertDeno(folder, "fmt", "--no-config", "--check", "--line-width=120");
});

Deno.test("changeUnitTemplate() gives change units that a plan takes", async () => {
  await using folder = await makeFolder();
  const { steps, problems } = await new Runner({ driver: new MemoryDriver(), migrations: folder.path }).plan();
  assertEquals(problems, []);
  assertEquals(new Set(steps.map(({ change: { author } }) => author)), new Set(["ann", "default-author"]));
  assertEquals(steps.length, 2 * DATABASES.length);
});

for (const database of DATABASES) {
  Deno.test(`changeUnitTemplate() for ${database} gives a change unit that fails while nobody has written it`, async () => {
    const text = changeUnitTemplate(database, { ...VALUES, author: null });
    await using folder = await MigrationsFolder.make({ "0001_create_users.ts": text });
    const store = new MemoryStore();
    const runner = new Runner({ driver: new MemoryDriver({ store }), migrations: folder.path });
    const error = await assertRejects(() => runner.migrate(), ChangeFailedError, "create_users is still empty");
    assertEquals(error.report.failed.map(({ state }) => state), ["FAILED"]);
    assertEquals([...store.data], []);
  });
}

Deno.test("changeUnitTemplate() names the author only when there is one, whatever the name has in it", async () => {
  assert(!changeUnitTemplate("sqlite", { ...VALUES, author: null }).includes("author"));
  const text = changeUnitTemplate("sqlite", { ...VALUES, author: 'Ann "Q" O\\Neill' });
  await using folder = await MigrationsFolder.make({ "0001_create_users.ts": text });
  const { changes } = await new Runner({ driver: new MemoryDriver(), migrations: folder.path }).plan();
  assertEquals(changes[0]?.author, 'Ann "Q" O\\Neill');
});

Deno.test("fillTemplate() fills in every value wherever it stands, and leaves what it does not know", () => {
  const template = "{{id}} {{ order }} {{author}} {{date}} {{id}}\n{{autor}} {{toString}} {{}} {id} ${{id}}";
  assertEquals(fillTemplate(template, { ...VALUES, author: "$& ann" }), {
    text: "create_users 0001 $& ann 2026-11-22 create_users\n{{autor}} {{toString}} {{}} {id} $create_users",
    unknown: ["{{autor}}", "{{toString}}"],
  });
  assertStringIncludes(fillTemplate("no values", { ...VALUES, author: "ann" }).text, "no values");
});
