/** What is not a statement although it may look like one: comments, quoted texts and quoted names. */
const QUOTED =
  /--[^\n]*|\/\*[\s\S]*?\*\/|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** The statements that begin or end a transaction; going back to a savepoint does not. */
const CONTROL =
  /^(?:begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i;

/** The body of a function in SQL, in which `END` ends something else. */
const BODY = /\bbegin\s+atomic\b/i;

/**
 * The statement in a text that begins or ends a transaction, or undefined. It only looks, so what is well hidden gets past
 * it: that is found out when the entry is added.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findTransactionControl } from "./transaction_control.ts";
 *
 * assertEquals(findTransactionControl("insert into a values ('commit'); COMMIT"), "COMMIT");
 * assertEquals(findTransactionControl("rollback to savepoint s"), undefined);
 * ```
 */
export function findTransactionControl(text: string): string | undefined {
  const bare = text.replace(QUOTED, " ");
  if (BODY.test(bare)) return undefined;
  return bare.split(";").map((statement) => CONTROL.exec(statement.trim())?.[0]).find((found) => found !== undefined);
}
