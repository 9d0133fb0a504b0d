import type { ErrorClass } from "../../driver.ts";

/** Somebody else has changed in between what was checked. Nothing was written. */
export class KvConflictError extends Error {
  /** The name of the class. */
  override readonly name = "KvConflictError";
}

/** A file that several processes use is locked while one of them writes. */
const LOCKED = /\bdatabase (?:table |schema )?is locked\b/;
/** The server of KV Connect asks for patience. */
const TOO_MANY_REQUESTS = /^KV Connect failed to call .*\(status=429\b/;
/** The answer of a server of KV Connect was lost after the request was sent. */
const ANSWER_LOST = /^KV Connect failed to (?:read response body|decode response)|^Unspecified (?:read|write) error/;

/** Says what an error of Deno KV means; it has neither classes nor codes for that, only texts. */
export function classifyError(error: unknown): ErrorClass {
  if (error instanceof KvConflictError) return "transient";
  if (!(error instanceof Error)) return "permanent";
  if (LOCKED.test(error.message) || TOO_MANY_REQUESTS.test(error.message)) return "transient";
  return ANSWER_LOST.test(error.message) ? "unknown" : "permanent";
}
