/**
 * What a transaction of MongoDB cannot do beside whole methods: options, commands, stages, namespaces. The codes are what
 * MongoDB 6.0.5 answers; tests ask it again. Pure data and pure decisions.
 *
 * Only the server can know, and so refuses by itself: writes to capped and time-series collections (263), reads of capped
 * collections (246, with a label that asks for a new attempt), and writes to views (166).
 *
 * @module
 */

import type { Refusal } from "./_rules.ts";

/** Commands that can run in a transaction, and whether they write. */
export const COMMANDS_IN_TRANSACTION: Readonly<Record<string, { readonly writes: boolean }>> = {
  aggregate: { writes: false },
  delete: { writes: true },
  distinct: { writes: false },
  find: { writes: false },
  findAndModify: { writes: true },
  findandmodify: { writes: true },
  getMore: { writes: false },
  insert: { writes: true },
  killCursors: { writes: false },
  update: { writes: true },
};

/** Fields of a command that belong to the transaction. */
const TRANSACTION_FIELDS = [
  "autocommit",
  "lsid",
  "readConcern",
  "startTransaction",
  "stmtId",
  "stmtIds",
  "txnNumber",
  "writeConcern",
  "$readPreference",
];

/** Aggregation stages that the server refuses in a transaction, with its code. */
export const REFUSED_STAGES: Readonly<Record<string, number>> = {
  $changeStream: 263,
  $collStats: 263,
  $currentOp: 263,
  $indexStats: 263,
  $listLocalSessions: 263,
  $listSessions: 73, // allowed in the database config only, which is refused as a whole
  $merge: 263,
  $out: 263,
  $planCacheStats: 263,
  $unionWith: 263,
};

/** Databases that cannot be used in a transaction. The database admin can, against the manual. */
export const REFUSED_DATABASES: Readonly<Record<string, number>> = { config: 263, local: 263 };

/** System collections that cannot even be read in a transaction. */
export const UNREADABLE_COLLECTIONS: Readonly<Record<string, number>> = {
  "system.profile": 263,
  "system.views": 51071,
};

const LEAVE_OUT = "leave it out";
const CONCERN: Refusal = {
  why: "the transaction sets it for all of its operations: reads from a snapshot, on the primary, and a majority write",
  instead: LEAVE_OUT,
};
const WRITE_CONCERN_PART: OptionRule = { accepts: () => false, refusal: CONCERN };

interface OptionRule {
  readonly accepts: (value: unknown) => boolean;
  readonly refusal: Refusal;
}

/** Options that a single operation cannot choose in a transaction, and the value that changes nothing. */
const LIMITED_OPTIONS: Readonly<Record<string, OptionRule>> = {
  readConcern: { accepts: (value) => part(value, "level") === "snapshot", refusal: CONCERN },
  level: { accepts: (value) => value === "snapshot", refusal: CONCERN },
  readPreference: { accepts: (value) => part(value, "mode") === "primary", refusal: CONCERN },
  writeConcern: { accepts: (value) => part(value, "w") === "majority", refusal: CONCERN },
  w: { accepts: (value) => value === "majority", refusal: CONCERN },
  fsync: WRITE_CONCERN_PART,
  j: WRITE_CONCERN_PART,
  journal: WRITE_CONCERN_PART,
  wtimeout: WRITE_CONCERN_PART,
  wtimeoutMS: WRITE_CONCERN_PART,
  explain: {
    accepts: (value) => value === false,
    refusal: { why: 'the server refuses the command "explain" there', code: 263 },
  },
  tailable: {
    accepts: (value) => value === false,
    refusal: { why: "the server opens no tailable cursor there", code: 72 },
  },
};

/** Why these options cannot be used in the transaction of this session, or undefined. */
export function refusalOfOptions(options: unknown, session: unknown): Refusal | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    if (name === "session" && value !== session) {
      return { why: "it was given another session than that of the transaction", instead: LEAVE_OUT };
    }
    const rule = Object.hasOwn(LIMITED_OPTIONS, name) ? LIMITED_OPTIONS[name] : undefined;
    if (rule !== undefined && !rule.accepts(value)) {
      return { ...rule.refusal, why: `it was given the option "${name}", and ${rule.refusal.why}` };
    }
  }
  return undefined;
}

/** The same options with the session, and without the options that the transaction has already set. */
export function optionsWithSession(options: unknown, session: unknown): Record<string, unknown> {
  const own = Object.entries(typeof options === "object" && options !== null ? options : {});
  return { ...Object.fromEntries(own.filter(([name]) => !Object.hasOwn(LIMITED_OPTIONS, name))), session };
}

/** Why this command cannot run in a transaction, or undefined. */
export function refusalOfCommand(command: unknown, database: string): Refusal | undefined {
  const document = isRecord(command) ? command : {};
  const name = Object.keys(document)[0] ?? "";
  if (!Object.hasOwn(COMMANDS_IN_TRANSACTION, name)) {
    return { why: `the command "${name}" is not one of those that can run there` };
  }
  const field = TRANSACTION_FIELDS.find((field) => document[field] !== undefined);
  if (field !== undefined) {
    return { why: `the command has the field "${field}", which the transaction sets`, instead: LEAVE_OUT };
  }
  const collection = name === "getMore" ? document["collection"] : document[name];
  return refusalOfOptions({ explain: document["explain"], tailable: document["tailable"] }, undefined) ??
    refusalOfPipeline(document["pipeline"]) ??
    refusalOfNamespace(database, collection, COMMANDS_IN_TRANSACTION[name]?.writes === true);
}

/** Why this pipeline cannot run in a transaction, or undefined. */
export function refusalOfPipeline(pipeline: unknown): Refusal | undefined {
  if (!Array.isArray(pipeline)) return undefined;
  for (const stage of pipeline.filter(isRecord)) {
    for (const [name, value] of Object.entries(stage)) {
      const code = Object.hasOwn(REFUSED_STAGES, name) ? REFUSED_STAGES[name] : undefined;
      if (code !== undefined) return { why: `the server refuses the stage ${name} there`, code };
      const nested = subPipelines(name, value).map(refusalOfPipeline).find((refusal) => refusal !== undefined);
      if (nested !== undefined) return nested;
    }
  }
  return undefined;
}

function subPipelines(stage: string, value: unknown): readonly unknown[] {
  if (!isRecord(value)) return [];
  if (stage === "$lookup") return [value["pipeline"]];
  return stage === "$facet" ? Object.values(value) : [];
}

/** Why this collection cannot be used in a transaction, or undefined. */
export function refusalOfNamespace(database: string, collection: unknown, writes: boolean): Refusal | undefined {
  const databaseCode = Object.hasOwn(REFUSED_DATABASES, database) ? REFUSED_DATABASES[database] : undefined;
  if (databaseCode !== undefined) {
    return { why: `the server keeps the database "${database}" out of it`, code: databaseCode };
  }
  if (typeof collection !== "string" || !collection.startsWith("system.")) return undefined;
  const why = `the server keeps "${collection}" out of it`;
  if (writes) return { why, code: 50791 };
  return Object.hasOwn(UNREADABLE_COLLECTIONS, collection)
    ? { why, code: UNREADABLE_COLLECTIONS[collection]! }
    : undefined;
}

/** A concern or preference is either its name or an object that holds the name. */
function part(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
