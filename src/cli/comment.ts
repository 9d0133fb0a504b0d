import type { Comment } from "../history/change_entry.ts";
import { redactUrls } from "../redact.ts";
import { type OptionValues, text } from "./option.ts";
import { readEnvironment, readHostname } from "./permitted.ts";
import { UsageError } from "./usage_error.ts";

/** The options of what is recorded by hand. */
export const COMMENT_OPTIONS = {
  reason: text("TEXT", "why; it is kept in the history, and must be given"),
  by: text("NAME", "who says so (else USER or USERNAME of the environment, else the name of the host)"),
};

/**
 * Who says so and why.
 *
 * @throws {UsageError} when there is no reason, or nobody who gives it.
 */
export function commentOf({ reason, by }: OptionValues<typeof COMMENT_OPTIONS>): Comment {
  if (reason === undefined) {
    throw new UsageError("There is no reason: it is kept in the history", ['Give one: --reason "checked by hand"']);
  }
  const name = by ?? readEnvironment("USER") ?? readEnvironment("USERNAME") ?? readHostname();
  // What is in the history stays there, for everybody to read.
  if (name !== undefined) return { by: redactUrls(name), reason: redactUrls(reason) };
  throw new UsageError("Nobody says who it is that gives the reason: it is kept in the history", [
    "Name yourself: --by ann",
    "Or allow to find out: --allow-env=USER,USERNAME or --allow-sys=hostname",
  ]);
}
