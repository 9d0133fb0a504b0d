import { CLIENT, notInTransaction, notWithSnapshot, PROPERTY, type Refusal, type Rule, type Rules } from "./_rules.ts";

const COUNT: Refusal = { ...notInTransaction("count"), instead: "use countDocuments()" };

/** The client's methods for search indexes take no options, so no session either. */
const SEARCH_INDEX: Rule = {
  kind: "operation",
  refused: { why: "the client sends it without a session, so it would not be part of the transaction" },
};

/** The rules of `Collection`. */
export const COLLECTION_METHODS: Rules = {
  db: PROPERTY,
  dbName: PROPERTY,
  collectionName: PROPERTY,
  namespace: PROPERTY,
  fullNamespace: PROPERTY,
  bsonOptions: PROPERTY,
  readConcern: PROPERTY,
  readPreference: PROPERTY,
  writeConcern: PROPERTY,
  timeoutMS: PROPERTY,
  hint: { kind: "property", assignable: true },
  client: CLIENT,

  find: { kind: "factory", options: 1, returns: "FindCursor" },
  aggregate: { kind: "factory", options: 1, returns: "AggregationCursor", check: "pipeline" },
  initializeOrderedBulkOp: { kind: "factory", options: 0, returns: "OrderedBulkOperation", writes: true },
  initializeUnorderedBulkOp: { kind: "factory", options: 0, returns: "UnorderedBulkOperation", writes: true },

  findOne: { kind: "operation", options: 1 },
  countDocuments: { kind: "operation", options: 1 },
  distinct: { kind: "operation", options: 2 },
  insertOne: { kind: "operation", options: 1, writes: true },
  insertMany: { kind: "operation", options: 1, writes: true },
  bulkWrite: { kind: "operation", options: 1, writes: true },
  updateOne: { kind: "operation", options: 2, writes: true },
  updateMany: { kind: "operation", options: 2, writes: true },
  replaceOne: { kind: "operation", options: 2, writes: true },
  deleteOne: { kind: "operation", options: 1, writes: true },
  deleteMany: { kind: "operation", options: 1, writes: true },
  findOneAndDelete: { kind: "operation", options: 1, writes: true },
  findOneAndReplace: { kind: "operation", options: 2, writes: true },
  findOneAndUpdate: { kind: "operation", options: 2, writes: true },

  count: { kind: "operation", options: 1, refused: COUNT },
  estimatedDocumentCount: { kind: "operation", options: 0, refused: COUNT },
  drop: { kind: "operation", options: 0, refused: notInTransaction("drop") },
  rename: { kind: "operation", options: 1, returns: "Collection", refused: notInTransaction("renameCollection") },
  options: { kind: "operation", options: 0, refused: notInTransaction("listCollections") },
  isCapped: { kind: "operation", options: 0, refused: notInTransaction("listCollections") },
  createIndex: { kind: "operation", options: 1, refused: notWithSnapshot("createIndexes") },
  createIndexes: { kind: "operation", options: 1, refused: notWithSnapshot("createIndexes") },
  dropIndex: { kind: "operation", options: 1, refused: notInTransaction("dropIndexes") },
  dropIndexes: { kind: "operation", options: 0, refused: notInTransaction("dropIndexes") },
  indexes: { kind: "operation", options: 0, refused: notInTransaction("listIndexes") },
  indexExists: { kind: "operation", options: 1, refused: notInTransaction("listIndexes") },
  indexInformation: { kind: "operation", options: 0, refused: notInTransaction("listIndexes") },
  listIndexes: { kind: "factory", options: 0, returns: "ListIndexesCursor", refused: notInTransaction("listIndexes") },
  // Outside a transaction the stream stays unbound: it only reads.
  watch: { kind: "factory", options: 1, refused: { why: "the server opens no change stream there", code: 263 } },

  listSearchIndexes: {
    kind: "factory",
    options: 1,
    returns: "ListSearchIndexesCursor",
    refused: { why: "search indexes are kept beside the database" },
  },
  createSearchIndex: SEARCH_INDEX,
  createSearchIndexes: SEARCH_INDEX,
  dropSearchIndex: SEARCH_INDEX,
  updateSearchIndex: SEARCH_INDEX,
};
