import { INTERNAL, PROPERTY, PURE, type Rules } from "./_rules.ts";

/** The rules of `OrderedBulkOperation` and `UnorderedBulkOperation`. They collect; only `execute` sends. */
export const BULK_METHODS: Rules = {
  batches: PROPERTY,
  bsonOptions: PROPERTY,
  collection: PROPERTY,
  isOrdered: PROPERTY,
  length: PROPERTY,
  writeConcern: PROPERTY,

  find: { kind: "factory", returns: "FindOperators" },
  insert: PURE,
  raw: PURE,
  execute: { kind: "operation", options: 0 },

  addToOperationsList: INTERNAL,
  handleWriteError: INTERNAL,
  shouldForceServerObjectId: INTERNAL,
};

/** The rules of `FindOperators`, the second half of `bulk.find(…).updateOne(…)`. */
export const FIND_OPERATORS_METHODS: Rules = {
  bulkOperation: PROPERTY,
  arrayFilters: PURE,
  collation: PURE,
  delete: PURE,
  deleteOne: PURE,
  hint: PURE,
  replaceOne: PURE,
  update: PURE,
  updateOne: PURE,
  upsert: PURE,
};
