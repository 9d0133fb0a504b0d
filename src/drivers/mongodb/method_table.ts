/**
 * What the binding does with each member of each class of the client. Data only: `_binder.ts` acts on it, and tests hold
 * it against the client's own prototypes and against a real server.
 *
 * @module
 */

import { BULK_METHODS, FIND_OPERATORS_METHODS } from "./_bulk_methods.ts";
import { COLLECTION_METHODS } from "./_collection_methods.ts";
import {
  AGGREGATION_CURSOR_METHODS,
  FIND_CURSOR_METHODS,
  LIST_CURSOR_METHODS,
  RUN_COMMAND_CURSOR_METHODS,
} from "./_cursor_methods.ts";
import { ADMIN_METHODS, DATABASE_METHODS } from "./_database_methods.ts";
import type { BoundClass, Rule, Rules } from "./_rules.ts";

export type { BoundClass, Refusal, Rule, Rules } from "./_rules.ts";

/** The rules of every class that is bound. */
export const METHOD_TABLE: Readonly<Record<BoundClass, Rules>> = {
  Db: DATABASE_METHODS,
  Admin: ADMIN_METHODS,
  Collection: COLLECTION_METHODS,
  FindCursor: FIND_CURSOR_METHODS,
  AggregationCursor: AGGREGATION_CURSOR_METHODS,
  ListCollectionsCursor: LIST_CURSOR_METHODS.ListCollectionsCursor,
  ListIndexesCursor: LIST_CURSOR_METHODS.ListIndexesCursor,
  ListSearchIndexesCursor: AGGREGATION_CURSOR_METHODS,
  RunCommandCursor: RUN_COMMAND_CURSOR_METHODS,
  OrderedBulkOperation: BULK_METHODS,
  UnorderedBulkOperation: BULK_METHODS,
  FindOperators: FIND_OPERATORS_METHODS,
};

/** The rule for a member, or undefined when the table does not know it. */
export function ruleFor(boundClass: BoundClass, name: string | symbol): Rule | undefined {
  const rules = METHOD_TABLE[boundClass];
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}
