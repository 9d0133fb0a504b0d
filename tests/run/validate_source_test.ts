import { assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "@std/path";
import { SourceError } from "../../src/errors.ts";
import type { RunnerEvent } from "../../src/run/events.ts";
import { validateSource } from "../../src/run/validate_source.ts";

const NOTHING = { execution: () => {}, irreversible: "it does nothing" };

async function folderOf(files: Readonly<Record<string, string>>): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "denock-validate-" });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}`, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("validateSource() plans a list as if nothing had been executed yet", async () => {
  const { changes, steps, problems } = await validateSource({
    migrations: [
      { ...NOTHING, id: "second", order: "2" },
      { id: "first", order: "1", execution: ({ db }: { db: Map<string, string> }) => db.clear(), irreversible: "why" },
    ],
  });
  assertEquals(changes.map(({ id, author, decision }) => [id, author, decision]), [
    ["first", "default-author", "run"],
    ["second", "default-author", "run"],
  ]);
  assertEquals([steps.length, problems], [2, []]);
});

Deno.test("validateSource() loads every file of a folder, by path or URL, and finds what is wrong with any", async () => {
  await using folder = await folderOf({
    "0001_good.ts":
      "export const transactional = false; export const irreversible = 'why'; export function execution() {}",
    "0002_broken.ts": "export const execution = 1;",
    "0002_same_order.ts": "export const irreversible = 'why'; export function execution() {}",
    "3-name.ts": "",
  });
  for (const migrations of [folder.path, toFileUrl(folder.path)]) {
    const { problems } = await validateSource({ migrations });
    assertEquals(problems.map(({ code }) => code).toSorted(), [
      "CHANGE_UNIT_INVALID",
      "DUPLICATE_ORDER",
      "FILE_NAME_INVALID",
    ]);
  }
});

Deno.test("validateSource() takes rules, the default author and a listener", async () => {
  const events: RunnerEvent[] = [];
  const { changes } = await validateSource({
    migrations: [{ ...NOTHING, id: "samples", order: "1", profiles: ["test"] }],
    rules: { profiles: ["prod"] },
    defaultAuthor: "ann",
    listener: (event) => events.push(event),
  });
  assertEquals([changes[0]?.author, changes[0]?.decision], ["ann", "skip"]);
  assertEquals(events, []);
});

Deno.test("validateSource() rejects with SourceError for a folder that is not there", async () => {
  await assertRejects(() => validateSource({ migrations: "./no/such/folder" }), SourceError);
});
