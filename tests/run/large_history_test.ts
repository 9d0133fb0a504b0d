import { assertEquals } from "@std/assert";
import { type ChangeEntry, type ListedDefinition, Runner } from "../../mod.ts";
import { openDatabase, type SqliteContext, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { sealEntry } from "../../src/history/digest.ts";
import { draft, runDraft } from "../fixtures/log.ts";

const ENTRIES = 100_000;

/** What is left behind by a change unit that runs always and was executed in fifty thousand starts. */
async function* manyStarts(): AsyncGenerator<ChangeEntry> {
  let end: { readonly seq: number; readonly digest: string | null } = { seq: 0, digest: null };
  const about = { changeId: "always", order: "1", file: null, checksum: null, runAlways: true } as const;
  for (let start = 0; start < ENTRIES / 2; start++) {
    const executionId = `execution-${start}`;
    for (const said of [runDraft({ executionId }), draft({ ...about, executionId })]) {
      const entry = await sealEntry(said, end);
      end = entry;
      yield entry;
    }
  }
}

Deno.test("A history of 100,000 entries is read, checked, planned on and added to", async () => {
  using database = openDatabase(":memory:");
  await using driver = new SqliteDriver({ database });
  await driver.prepare();
  await driver.transaction(async ({ append }) => {
    for await (const entry of manyStarts()) await append(entry);
  }, () => {});
  const execution = ({ db }: SqliteContext) => db.exec("CREATE TABLE IF NOT EXISTS items (number INTEGER)");
  const irreversible = "it is only executed";
  const always: ListedDefinition<SqliteContext> = {
    id: "always",
    order: "1",
    author: "ann",
    runAlways: true,
    execution,
    irreversible,
  };
  const runner = () =>
    new Runner({ driver, migrations: [always, { id: "once", order: "2", execution, irreversible }] });
  assertEquals((await runner().plan()).steps.map(({ unit }) => unit.id), ["always", "once"]);
  assertEquals((await runner().migrate()).executed.map(({ id }) => id), ["always", "once"]);
  assertEquals((await runner().validate()).problems, []);
  assertEquals((await runner().history()).length, ENTRIES + 3);
});
