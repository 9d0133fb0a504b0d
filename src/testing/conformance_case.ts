import type { Driver } from "../driver.ts";
import type { ChangeEntry, EntryDraft } from "../history/change_entry.ts";
import { type LogEnd, sealEntry } from "../history/digest.ts";
import type { ConformanceStore } from "./conformance_store.ts";

/** One rule that drivers must keep, and how it is checked. */
export interface ConformanceCase {
  /** What the case is about. */
  readonly group: "lifecycle" | "history" | "lease" | "transaction" | "context";
  /** The rule, as a sentence. */
  readonly rule: string;
  /** What the driver must support for the rule to apply. */
  readonly needs?: "transactions";
  /** Checks the rule; throws when it is broken. */
  readonly run: (bench: ConformanceBench) => Promise<void>;
}

/** What a case works with: a store whose tables are made, and drivers on connections of their own. */
export interface ConformanceBench {
  /** The store. */
  readonly store: ConformanceStore<object>;
  /** A driver. */
  readonly driver: Driver<object>;
  /** A second driver on another connection. */
  readonly other: Driver<object>;
}

/** The guard of a change unit that may use the database. */
export function allow(): void {}

/** Whether something was written under a key, as another connection sees it. */
export async function isVisible({ store, other }: ConformanceBench, key: string): Promise<boolean> {
  return await store.has(other.context(allow), key);
}

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

/** The end of an empty log. */
export const START: LogEnd = { seq: 0, digest: null };
