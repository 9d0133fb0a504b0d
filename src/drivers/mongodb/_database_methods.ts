import { CLIENT, notInTransaction, notWithSnapshot, PROPERTY, type Rules } from "./_rules.ts";

/** The rules of `Db`. */
export const DATABASE_METHODS: Rules = {
  databaseName: PROPERTY,
  namespace: PROPERTY,
  options: PROPERTY,
  bsonOptions: PROPERTY,
  readConcern: PROPERTY,
  readPreference: PROPERTY,
  writeConcern: PROPERTY,
  secondaryOk: PROPERTY,
  timeoutMS: PROPERTY,
  client: CLIENT,

  // Weak defaults given here, or with the URI, do no harm: the transaction's own concerns stand above them.
  collection: { kind: "factory", returns: "Collection" },
  admin: { kind: "factory", returns: "Admin" },
  aggregate: { kind: "factory", options: 1, returns: "AggregationCursor", check: "pipeline" },
  runCursorCommand: { kind: "factory", options: 1, returns: "RunCommandCursor", check: "command" },
  command: { kind: "operation", options: 1, check: "command" },

  createCollection: {
    kind: "operation",
    options: 1,
    returns: "Collection",
    refused: {
      ...notWithSnapshot("create"),
      instead:
        "insert into it, which creates it; or use the before step (beforeExecution) or transactional: false for one with options",
    },
  },
  createIndex: { kind: "operation", options: 2, refused: notWithSnapshot("createIndexes") },
  dropCollection: { kind: "operation", options: 1, refused: notInTransaction("drop") },
  dropDatabase: { kind: "operation", options: 0, refused: notInTransaction("dropDatabase") },
  renameCollection: {
    kind: "operation",
    options: 2,
    returns: "Collection",
    refused: notInTransaction("renameCollection"),
  },
  removeUser: { kind: "operation", options: 1, refused: notInTransaction("dropUser") },
  setProfilingLevel: { kind: "operation", options: 1, refused: notInTransaction("profile") },
  profilingLevel: { kind: "operation", options: 0, refused: notInTransaction("profile") },
  stats: { kind: "operation", options: 0, refused: notInTransaction("dbStats") },
  indexInformation: { kind: "operation", options: 1, refused: notInTransaction("listIndexes") },
  collections: { kind: "operation", options: 0, returns: "Collection", refused: notInTransaction("listCollections") },
  listCollections: {
    kind: "factory",
    options: 1,
    returns: "ListCollectionsCursor",
    refused: notInTransaction("listCollections"),
  },
  // Outside a transaction the stream stays unbound: it only reads.
  watch: { kind: "factory", options: 1, refused: { why: "the server opens no change stream there", code: 263 } },
};

/** The rules of `Admin`. Nothing of it can run in a transaction, not even `ping`. */
export const ADMIN_METHODS: Rules = {
  command: {
    kind: "operation",
    options: 1,
    refused: { why: "the server refuses the commands of the database admin there", code: 263 },
  },
  buildInfo: { kind: "operation", options: 0, refused: notInTransaction("buildInfo") },
  serverInfo: { kind: "operation", options: 0, refused: notInTransaction("buildInfo") },
  serverStatus: { kind: "operation", options: 0, refused: notInTransaction("serverStatus") },
  ping: { kind: "operation", options: 0, refused: notInTransaction("ping") },
  removeUser: { kind: "operation", options: 1, refused: notInTransaction("dropUser") },
  validateCollection: { kind: "operation", options: 1, refused: notInTransaction("validate") },
  listDatabases: { kind: "operation", options: 0, refused: notInTransaction("listDatabases") },
  replSetGetStatus: { kind: "operation", options: 0, refused: notInTransaction("replSetGetStatus") },
};
