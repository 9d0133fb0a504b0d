import { stateOf } from "./classify_error.ts";

const INSUFFICIENT_PRIVILEGE = "42501";
const VERB = /\b(?:insert|update|delete)\b/g;

/** Whether the server has refused because the role may not. */
export function isForbidden(error: unknown): boolean {
  return stateOf(error) === INSUFFICIENT_PRIVILEGE;
}

/**
 * Waits for the answer to a statement on a table of the driver's own. The server says which table a role may not use, but not
 * for what; that is added here.
 */
export async function namingRights<Answer>(statement: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    if (!isForbidden(cause) || !(cause instanceof Error)) throw cause;
    // What is written has conditions, or is given back.
    const verbs = ["select", ...statement.match(VERB) ?? []].map((verb) => verb.toUpperCase());
    const rights = new Intl.ListFormat("en").format(new Set(verbs));
    throw new Error(`${cause.message} (it takes USAGE on the schema, and ${rights} on the table)`, { cause });
  }
}
