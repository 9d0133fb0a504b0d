/**
 * A history as somebody would write it who may write into the database and is up to something.
 *
 * @module
 */

import type { EntryDraft } from "../../src/history/change_entry.ts";
import { draft, runDraft } from "../fixtures/log.ts";

/** Texts that mean something to a terminal, a file system, a database, a shell or a program. */
export const HOSTILE_TEXTS: readonly string[] = [
  "../bait.ts",
  "../../../../../../etc/passwd",
  "data:text/javascript,globalThis.wasImported=true",
  "javascript:globalThis.wasImported=true",
  "https://127.0.0.1:1/bait.ts",
  "$where",
  '{"$gt":""}',
  "__proto__",
  "constructor",
  "toString",
  "'; DROP TABLE users; --",
  "`touch bait`; $(touch bait)",
  "\x1b]0;owned\x07",
  "\x1b[2J\x1b[31mred\x1b[8m",
  "\x1b]8;;https://127.0.0.1:1/\x1b\\link",
  "\x9b31m and \x9d0;owned\x9c",
  "over\rwritten\b\b\b",
  "a line\nEXECUTED 0009 forged\u2028and another\u2029and\x85another",
  "\u202eright to left\u2066\u200f\u061c",
  "long".repeat(50_000),
];

/** A valid history with such texts in every field that is a text, in turn. */
export function hostileDrafts(bait: string): EntryDraft[] {
  const texts = [bait, ...HOSTILE_TEXTS];
  const polluting = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
  return texts.flatMap((text, index) => {
    const by = { executionId: `${index}${text}`, executionHostname: text, session: text, metadata: polluting };
    const order = `${9_000 + index}`;
    const asId = { changeId: text, author: "ann", order, file: text, checksum: text, systemVersion: text };
    const asAuthor = { changeId: `author_${index}`, author: text, order: text, file: `${order}_x.ts`, checksum: null };
    const error = { name: text, code: text, message: text };
    return [
      runDraft({ ...by, comment: { by: text, reason: text } }),
      draft({ ...by, ...asId }),
      draft({ ...by, ...asAuthor, state: "FAILED", error }),
    ];
  });
}
