import type { ErrorClass } from "../../driver.ts";

/** Errors after which it cannot be known whether the server has done what it was asked for. */
const UNKNOWN_NAMES: readonly string[] = [
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "MongoServerSelectionError",
  "MongoPoolClearedError",
  "MongoPoolClearedOnNetworkError",
  "MongoOperationTimeoutError",
  "MongoWriteConcernError",
  "PoolClearedOnNetworkError",
  "NoAnswerError",
];

/** The same by code: time-outs, sessions that were ended, primaries that step down, write concerns that are not met. */
const UNKNOWN_CODES: readonly number[] = [
  6,
  7,
  50,
  64,
  89,
  91,
  189,
  262,
  9001,
  10107,
  11600,
  11601,
  11602,
  13435,
  13436,
];

const WRITE_CONFLICT = 112;

/** Says what an error of the client means. It looks at names and codes, because the client is the user's own. */
export function classifyError(error: unknown): ErrorClass {
  if (!(error instanceof Error)) return "permanent";
  if (hasLabel(error, "TransientTransactionError") || codeOf(error) === WRITE_CONFLICT) return "transient";
  if (hasLabel(error, "UnknownTransactionCommitResult") || hasLabel(error, "RetryableWriteError")) return "unknown";
  return UNKNOWN_NAMES.includes(error.name) || UNKNOWN_CODES.includes(codeOf(error)) ? "unknown" : "permanent";
}

/** Whether the server has given an error this label. */
export function hasLabel(error: unknown, label: string): boolean {
  return error instanceof Error && "errorLabels" in error && Array.isArray(error.errorLabels) &&
    error.errorLabels.includes(label);
}

/** In place of a code where there is none. */
export const NO_CODE = -1;

/** The code of an error of the server, or {@link NO_CODE}. */
export function codeOf(error: unknown): number {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : NO_CODE;
}
