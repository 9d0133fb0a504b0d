import {
  type BoundClass,
  CLIENT,
  INTERNAL,
  INTERNAL_PROPERTY,
  notInTransaction,
  PROPERTY,
  PURE,
  type Rule,
  type Rules,
} from "./_rules.ts";

const ITERATION: Rule = { kind: "iteration" };
const EXPLAIN: Rule = { kind: "operation", refused: notInTransaction("explain") };

/** Every cursor is an event emitter. Listening sends nothing. */
const EVENT_METHODS: Rules = {
  addListener: PURE,
  emit: PURE,
  emitAndLog: PURE,
  emitAndLogCommand: PURE,
  emitAndLogHeartbeat: PURE,
  eventNames: PURE,
  getMaxListeners: PURE,
  listenerCount: PURE,
  listeners: PURE,
  off: PURE,
  on: PURE,
  once: PURE,
  prependListener: PURE,
  prependOnceListener: PURE,
  rawListeners: PURE,
  removeAllListeners: PURE,
  removeListener: PURE,
  setMaxListeners: PURE,
};

const ABSTRACT_CURSOR_METHODS: Rules = {
  ...EVENT_METHODS,
  id: PROPERTY,
  isDead: PROPERTY,
  closed: PROPERTY,
  killed: PROPERTY,
  loadBalanced: PROPERTY,
  namespace: PROPERTY,
  readConcern: PROPERTY,
  readPreference: PROPERTY,
  server: INTERNAL_PROPERTY,
  session: PROPERTY, // not assignable: a cursor stays with the session it was made with
  client: CLIENT,

  [Symbol.asyncIterator]: ITERATION,
  [Symbol.asyncDispose]: ITERATION,
  next: ITERATION,
  tryNext: ITERATION,
  hasNext: ITERATION,
  toArray: ITERATION,
  forEach: ITERATION,
  stream: ITERATION,
  map: ITERATION, // sends nothing, but the function given to it must not run while a call is under way
  close: ITERATION,

  addCursorFlag: { kind: "pure", check: "cursorFlag" },
  withReadConcern: { kind: "pure", check: "readConcern" },
  withReadPreference: { kind: "pure", check: "readPreference" },
  batchSize: PURE,
  bufferedCount: PURE,
  maxTimeMS: PURE,
  readBufferedDocuments: PURE,
  rewind: PURE,

  _initialize: INTERNAL,
  cleanup: INTERNAL,
  cursorInit: INTERNAL,
  emitClose: INTERNAL,
  fetchBatch: INTERNAL,
  getMore: INTERNAL,
  throwIfInitialized: INTERNAL,
  trackCursor: INTERNAL,
  transformDocument: INTERNAL,
};

/** The rules of `FindCursor`. */
export const FIND_CURSOR_METHODS: Rules = {
  ...ABSTRACT_CURSOR_METHODS,
  clone: cloneOf("FindCursor"),
  explain: EXPLAIN,
  count: { kind: "operation", refused: { ...notInTransaction("count"), instead: "use collection.countDocuments()" } },
  addQueryModifier: { kind: "pure", check: "queryModifier" },
  allowDiskUse: PURE,
  collation: PURE,
  comment: PURE,
  filter: PURE,
  hint: PURE,
  limit: PURE,
  max: PURE,
  maxAwaitTimeMS: PURE,
  min: PURE,
  project: PURE,
  returnKey: PURE,
  showRecordId: PURE,
  skip: PURE,
  sort: PURE,
  resolveExplainTimeoutOptions: INTERNAL,
};

/** The rules of `AggregationCursor` and of the cursor over search indexes. */
export const AGGREGATION_CURSOR_METHODS: Rules = {
  ...ABSTRACT_CURSOR_METHODS,
  clone: cloneOf("AggregationCursor"),
  explain: EXPLAIN,
  pipeline: PROPERTY,
  addStage: { kind: "pure", check: "stage" },
  geoNear: PURE,
  group: PURE,
  limit: PURE,
  lookup: PURE,
  match: PURE,
  out: { kind: "pure", refused: { why: "the server refuses the stage $out there", code: 263 } },
  project: PURE,
  redact: PURE,
  skip: PURE,
  sort: PURE,
  unwind: PURE,
  resolveExplainTimeoutOptions: INTERNAL,
};

/** The rules of the cursors over collections and over indexes, which exist outside a transaction only. */
export const LIST_CURSOR_METHODS: Readonly<Record<"ListCollectionsCursor" | "ListIndexesCursor", Rules>> = {
  ListCollectionsCursor: { ...ABSTRACT_CURSOR_METHODS, clone: cloneOf("ListCollectionsCursor") },
  ListIndexesCursor: { ...ABSTRACT_CURSOR_METHODS, clone: cloneOf("ListIndexesCursor") },
};

/** The rules of `RunCommandCursor`. The methods that it inherits but does not support throw by themselves. */
export const RUN_COMMAND_CURSOR_METHODS: Rules = {
  ...ABSTRACT_CURSOR_METHODS,
  clone: cloneOf("RunCommandCursor"),
  setBatchSize: PURE,
  setComment: PURE,
  setMaxTimeMS: PURE,
};

/** A clone is made without options, and the client leaves the session out; the binding hands it on. */
function cloneOf(boundClass: BoundClass): Rule {
  return { kind: "factory", returns: boundClass };
}
