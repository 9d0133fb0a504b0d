import type { ChangeEntry, EntryDraft } from "../history/change_entry.ts";
import { type LogEnd, sealEntry } from "../history/digest.ts";

/** The end of an empty log. */
export const START: LogEnd = { seq: 0, digest: null };

/** An entry that fills every field, behind an end of the log. */
export async function makeEntry(end: LogEnd, fields: Partial<EntryDraft> = {}): Promise<ChangeEntry> {
  return await sealEntry({
    executionId: "an-execution",
    operation: "MIGRATE",
    type: "EXECUTION",
    state: "EXECUTED",
    changeId: "a_change",
    author: 'an author with "quotes" and $signs',
    order: "0001",
    file: "0001_a_change.ts",
    checksum: "sha256:00",
    systemVersion: "1.2",
    runAlways: true,
    timestamp: "2026-01-02T03:04:05.678Z",
    executionMillis: 12,
    attempts: 1,
    executionHostname: "a-host",
    session: null,
    comment: { by: "ann", reason: "a reason" },
    metadata: { release: "1.2.3", nested: { list: [1, 2.5, "three", null, true] } },
    error: { name: "Error", code: "A_CODE", message: "a message" },
    settled: "sha256:01",
    ...fields,
  }, end);
}

/** Entries one behind the other, with different executions. */
export async function makeEntries(count: number): Promise<ChangeEntry[]> {
  const entries: ChangeEntry[] = [];
  for (let index = 0; index < count; index++) {
    entries.push(await makeEntry(entries.at(-1) ?? START, { executionId: `execution-${index}` }));
  }
  return entries;
}

/** What a `RUN` entry says: nothing about a change unit. */
export const RUN_FIELDS: Partial<EntryDraft> = {
  type: "RUN",
  state: "STARTED",
  session: "01ab",
  changeId: null,
  author: null,
  order: null,
  file: null,
  checksum: null,
  systemVersion: null,
  runAlways: null,
  settled: null,
  executionMillis: null,
  attempts: null,
  metadata: null,
  error: null,
  comment: null,
};

/** Texts that databases, encodings and query languages are known to change. */
export const ODD_TEXTS: readonly string[] = [
  "",
  " leading and trailing ",
  "Ünïcödé, 日本語, עברית, 🦕👩‍👩‍👧",
  "e\u0301 is not \u00e9",
  "line\nbreaks\r\nand\ttabs",
  `quotes ' " \` and \\ backslashes \\n`,
  "$set, $$NOW, a.b, {}, [], :name, ?, $1, %s, --, /* */, ;",
  '{"like": "JSON"}',
  "null",
  "12",
  "2026-01-02T03:04:05.678Z",
  "long ".repeat(400),
];
