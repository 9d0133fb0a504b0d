import { MigrationError } from "../../errors.ts";

const SMALLER = "cut the change unit into several, or say `transactional: false` and write in batches";

/** What Deno KV says when something is too large, and the way out. */
const LIMITS: readonly { readonly text: RegExp; readonly wayOut: string }[] = [
  { text: /^Too many mutations \(max/, wayOut: `the entry in the history is one of them; ${SMALLER}` },
  { text: /^Too many checks \(max/, wayOut: `the place in the history is one of them; ${SMALLER}` },
  { text: /^Total mutation size too large \(max/, wayOut: `that is for a whole transaction; ${SMALLER}` },
  { text: /^Total key size too large \(max/, wayOut: `that is for a whole transaction; ${SMALLER}` },
  {
    text: /^Value too large \(max/,
    wayOut: "spread the value over several keys, or, if it is an entry of the history, make the metadata smaller",
  },
  { text: /^Key too large for write \(max/, wayOut: "make the key shorter" },
];

/** The same error with the way out, if it is about a limit of Deno KV. */
export function explainLimit(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const limit = LIMITS.find(({ text }) => text.test(error.message));
  if (limit === undefined) return error;
  return new MigrationError("LIMIT_EXCEEDED", `Deno KV refuses to write: ${error.message}; ${limit.wayOut}`, {
    cause: error,
  });
}
