import { sha256 } from "../change_unit/checksum.ts";
import { HistoryError } from "../errors.ts";
import { type ChangeEntry, type EntryDraft, FORMAT } from "./change_entry.ts";

/** A hundred thousand at once take four times as long. */
const DIGESTS_AT_ONCE = 512;

/** The end of a log: where the next entry goes, and what it links to. */
export interface LogEnd {
  /** The position of the last entry; 0 for an empty log. */
  readonly seq: number;
  /** Its digest; null for an empty log. */
  readonly digest: string | null;
}

/** Gives a draft its place behind `end` and links it to the entry before. */
export async function sealEntry(draft: EntryDraft, end: LogEnd): Promise<ChangeEntry> {
  const unsealed = { ...draft, seq: end.seq + 1, format: FORMAT, previous: end.digest };
  return { ...unsealed, digest: await sha256(canonical(unsealed)) };
}

/**
 * Computes every digest anew and compares, which proves that no entry was edited after it was written.
 *
 * @throws {HistoryError} with code `HISTORY_BROKEN`, naming the first entry that does not match.
 */
export async function verifyDigests(entries: readonly ChangeEntry[]): Promise<void> {
  for (let start = 0; start < entries.length; start += DIGESTS_AT_ONCE) {
    const batch = entries.slice(start, start + DIGESTS_AT_ONCE);
    const digests = await Promise.all(batch.map(({ digest: _, ...rest }) => sha256(canonical(rest))));
    const broken = batch.find((entry, index) => entry.digest !== digests[index]);
    if (broken !== undefined) throw edited(broken);
  }
}

function edited(entry: ChangeEntry): HistoryError {
  return new HistoryError(
    "HISTORY_BROKEN",
    `Entry ${entry.seq} of the history${subject(entry)} was edited after it was written: its digest does not match`,
  );
}

function subject(entry: ChangeEntry): string {
  return entry.changeId === null ? "" : ` (${entry.changeId} by ${entry.author}, ${entry.state})`;
}

/** JSON with sorted keys: the same text for the same data, whichever database it has been through. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => left < right ? -1 : 1))
        : inner,
  );
}
