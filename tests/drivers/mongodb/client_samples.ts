import type { BoundClass } from "../../../src/drivers/mongodb/method_table.ts";
import type { Db } from "mongodb";

type Options = Record<string, unknown>;

/** How to get an object of each class that can exist in a transaction. */
export const INSTANCES: Readonly<Partial<Record<BoundClass, (db: Db, options: Options) => object>>> = {
  Db: (db) => db,
  Admin: (db) => db.admin(),
  Collection: (db) => db.collection("people"),
  FindCursor: (db, options) => db.collection("people").find({}, { batchSize: 2, ...options }),
  AggregationCursor: (db, options) => db.collection("people").aggregate([], { batchSize: 2, ...options }),
  RunCommandCursor: (db, options) => db.runCursorCommand({ find: "people", batchSize: 2 }, options),
  OrderedBulkOperation: (db, options) => db.collection("people").initializeOrderedBulkOp(options).insert({ age: 6 }),
  UnorderedBulkOperation: (db, options) =>
    db.collection("people").initializeUnorderedBulkOp(options).insert({ age: 6 }),
  FindOperators: (db, options) => db.collection("people").initializeOrderedBulkOp(options).find({ age: 1 }),
};

/** The classes whose cursors can only be had outside a transaction. */
export const OUTSIDE_INSTANCES: Readonly<Partial<Record<BoundClass, (db: Db) => object>>> = {
  ListCollectionsCursor: (db) => db.listCollections(),
  ListIndexesCursor: (db) => db.collection("people").listIndexes(),
  ListSearchIndexesCursor: (db) => db.collection("people").listSearchIndexes(),
};

/** Arguments, without options, for the members that send something or make something that does. */
export const ARGUMENTS: Readonly<Partial<Record<BoundClass, Readonly<Record<string | symbol, () => unknown[]>>>>> = {
  Db: {
    admin: () => [],
    aggregate: () => [[{ $documents: [{ age: 1 }] }]],
    collection: () => ["people"],
    collections: () => [],
    command: () => [{ distinct: "people", key: "age" }],
    createCollection: () => ["animals"],
    createIndex: () => ["people", { age: 1 }],
    dropCollection: () => ["people"],
    dropDatabase: () => [],
    indexInformation: () => ["people"],
    listCollections: () => [{}],
    profilingLevel: () => [],
    removeUser: () => ["nobody"],
    renameCollection: () => ["people", "persons"],
    runCursorCommand: () => [{ find: "people", batchSize: 2 }],
    setProfilingLevel: () => ["off"],
    stats: () => [],
    watch: () => [[]],
  },
  Admin: {
    buildInfo: () => [],
    command: () => [{ ping: 1 }],
    listDatabases: () => [],
    ping: () => [],
    removeUser: () => ["nobody"],
    replSetGetStatus: () => [],
    serverInfo: () => [],
    serverStatus: () => [],
    validateCollection: () => ["people"],
  },
  Collection: {
    aggregate: () => [[{ $match: {} }]],
    bulkWrite: () => [[{ insertOne: { document: { age: 7 } } }, { deleteOne: { filter: { age: 7 } } }]],
    count: () => [{}],
    countDocuments: () => [{}],
    createIndex: () => [{ age: 1 }],
    createIndexes: () => [[{ key: { age: 1 } }]],
    createSearchIndex: () => [{ definition: {} }],
    createSearchIndexes: () => [[{ definition: {} }]],
    deleteMany: () => [{ age: { $gt: 4 } }],
    deleteOne: () => [{ age: 1 }],
    distinct: () => ["age", {}],
    drop: () => [],
    dropIndex: () => ["age_1"],
    dropIndexes: () => [],
    dropSearchIndex: () => ["default"],
    estimatedDocumentCount: () => [],
    find: () => [{}],
    findOne: () => [{}],
    findOneAndDelete: () => [{ age: 1 }],
    findOneAndReplace: () => [{ age: 1 }, { age: 10 }],
    findOneAndUpdate: () => [{ age: 1 }, { $set: { age: 10 } }],
    indexExists: () => ["age_1"],
    indexInformation: () => [],
    indexes: () => [],
    initializeOrderedBulkOp: () => [],
    initializeUnorderedBulkOp: () => [],
    insertMany: () => [[{ age: 7 }, { age: 8 }]],
    insertOne: () => [{ age: 7 }],
    isCapped: () => [],
    listIndexes: () => [],
    listSearchIndexes: () => ["default"],
    options: () => [],
    rename: () => ["persons"],
    replaceOne: () => [{ age: 1 }, { age: 10 }],
    updateMany: () => [{}, { $inc: { age: 1 } }],
    updateOne: () => [{ age: 1 }, { $set: { age: 10 } }],
    updateSearchIndex: () => ["default", {}],
    watch: () => [[]],
  },
  FindCursor: { clone: () => [], count: () => [], explain: () => [] },
  AggregationCursor: { clone: () => [], explain: () => [], out: () => ["elsewhere"] },
  RunCommandCursor: {},
  OrderedBulkOperation: { execute: () => [], find: () => [{ age: 1 }] },
  UnorderedBulkOperation: { execute: () => [], find: () => [{ age: 1 }] },
  FindOperators: {},
};

/** Arguments of the members that read a cursor. */
export const ITERATION_ARGUMENTS: Readonly<Record<string, () => unknown[]>> = {
  forEach: () => [() => {}],
  map: () => [(document: unknown) => document],
};

/** What a member may answer with. */
interface Answer {
  toArray?(): Promise<unknown>;
  insert?(document: object): { execute(): Promise<unknown> };
  tryNext?(): Promise<unknown>;
  close?(): Promise<void>;
  [Symbol.asyncIterator]?(): AsyncIterator<unknown>;
}

/** Uses what a member has answered with, so that everything it can send is sent. */
export async function useUp(answer: unknown): Promise<void> {
  const value = await answer;
  if (typeof value !== "object" || value === null) return;
  const usable = value as Answer;
  if ("execute" in usable) {
    await usable.insert?.({ age: 9 }).execute();
  } else if ("toArray" in usable) {
    await usable.toArray?.();
  } else if ("tryNext" in usable) {
    await usable.tryNext?.().finally(() => usable.close?.());
  } else if (Symbol.asyncIterator in usable) {
    for await (const _ of usable as AsyncIterable<unknown>) { /* reading is all */ }
  }
}
