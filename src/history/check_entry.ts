import { HistoryError } from "../errors.ts";
import type { ChangeEntry } from "./change_entry.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const orNull = (check: Check): Check => (value) => value === null || check(value);

/** What each field holds. Whatever is stored as another kind of value has come from somebody else. */
const FIELDS: Readonly<Record<keyof ChangeEntry, Check>> = {
  seq: isNumber,
  format: isNumber,
  executionId: isText,
  operation: isText,
  type: isText,
  state: isText,
  changeId: orNull(isText),
  author: orNull(isText),
  order: orNull(isText),
  file: orNull(isText),
  checksum: orNull(isText),
  systemVersion: orNull(isText),
  runAlways: orNull((value) => typeof value === "boolean"),
  timestamp: isText,
  executionMillis: orNull(isNumber),
  attempts: orNull(isNumber),
  executionHostname: isText,
  session: orNull(isText),
  comment: orNull((value) => isRecord(value) && isText(value.by) && isText(value.reason)),
  metadata: orNull(isRecord),
  error: orNull((value) =>
    isRecord(value) && isText(value.name) && orNull(isText)(value.code) && isText(value.message)
  ),
  settled: orNull(isText),
  previous: orNull(isText),
  digest: isText,
};

const CHECKS = Object.entries(FIELDS) as readonly (readonly [keyof ChangeEntry, Check])[];

/**
 * Checks that an entry holds what entries hold: the database keeps whatever somebody puts there.
 *
 * @throws {HistoryError} with code `HISTORY_BROKEN`, naming the field.
 */
export function checkEntry(entry: ChangeEntry): void {
  const wrong = CHECKS.find(([field, check]) => !check(entry[field]));
  if (wrong === undefined) return;
  throw new HistoryError(
    "HISTORY_BROKEN",
    `Entry ${Number(entry.seq)} of the history has a \`${wrong[0]}\` that Denock cannot have written`,
  );
}
