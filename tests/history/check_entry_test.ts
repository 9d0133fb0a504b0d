import { assertEquals, assertThrows } from "@std/assert";
import { HistoryError } from "../../src/errors.ts";
import { checkEntry } from "../../src/history/check_entry.ts";
import { draft, runDraft, sealLog } from "../fixtures/log.ts";

Deno.test("checkEntry() takes what Denock writes, with and without what may be null", async () => {
  const comment = { by: "ann", reason: "she has looked" };
  const error = { name: "Error", code: null, message: "no" };
  const entries = await sealLog([
    runDraft({ session: "one" }),
    draft({ comment, error, metadata: { release: 7 }, state: "FAILED" }),
  ]);
  for (const entry of entries) checkEntry(entry);
});

const foreign: [field: string, value: unknown][] = [
  ["format", "1"],
  ["changeId", 7],
  ["runAlways", "yes"],
  ["attempts", "2"],
  ["comment", "by ann"],
  ["comment", { by: "ann" }],
  ["metadata", []],
  ["error", { name: "Error", message: "no" }],
  ["error", { name: "Error", code: 7, message: "no" }],
  ["digest", null],
];

for (const [field, value] of foreign) {
  Deno.test(`checkEntry() finds ${JSON.stringify(value)} as \`${field}\``, async () => {
    const [entry] = await sealLog([draft()]);
    const error = assertThrows(() => checkEntry({ ...entry, [field]: value } as typeof entry & object), HistoryError);
    assertEquals(error.code, "HISTORY_BROKEN");
    assertEquals(
      error.message,
      `Entry 1 of the history has a \`${field}\` that Denock cannot have written`,
    );
  });
}
