/** A class of the client whose objects are bound. */
export type BoundClass =
  | "Db"
  | "Admin"
  | "Collection"
  | "FindCursor"
  | "AggregationCursor"
  | "ListCollectionsCursor"
  | "ListIndexesCursor"
  | "ListSearchIndexesCursor"
  | "RunCommandCursor"
  | "OrderedBulkOperation"
  | "UnorderedBulkOperation"
  | "FindOperators";

/** Why something cannot be done in a transaction. */
export interface Refusal {
  /** The reason; completes the sentence "Cannot use … in a transaction: …". */
  readonly why: string;
  /** What to do instead; without it, the advice is the before step or `transactional: false`. */
  readonly instead?: string;
  /** The code with which MongoDB 6.0.5 refuses it; absent where the server was not the one to ask. */
  readonly code?: number;
}

/** What the binding does with one member. */
export interface Rule {
  /**
   * - `operation`: asynchronous, sends commands when it is called
   * - `factory`: sends nothing itself, makes an object of the class `returns`; without `returns` the object stays unbound
   * - `iteration`: a cursor's member that sends commands; `_cursor_iteration.ts` has it
   * - `pure`: a method that sends nothing
   * - `property`: a value
   */
  readonly kind: "operation" | "factory" | "iteration" | "pure" | "property";
  /** The position of the options, which get the session. */
  readonly options?: number;
  /** The class whose rules bind the result, or each of the results. */
  readonly returns?: BoundClass;
  /** Whether it writes to the collection. */
  readonly writes?: true;
  /** Arguments that decide whether it can run in a transaction. */
  readonly check?: "command" | "pipeline" | "stage" | "cursorFlag" | "queryModifier" | "readConcern" | "readPreference";
  /** Whether the property may be assigned. */
  readonly assignable?: true;
  /** Set when it cannot be used in a transaction. */
  readonly refused?: Refusal;
}

/** The rules of one class by the name of the member. */
export type Rules = Readonly<Record<string | symbol, Rule>>;

/** Sends nothing. */
export const PURE: Rule = { kind: "pure" };

/** A value that gives no way out of the binding. */
export const PROPERTY: Rule = { kind: "property" };

/** The client's own inside: called only by the client, on the unbound object. */
export const INTERNAL: Rule = {
  kind: "pure",
  refused: { why: "it is internal to the client", instead: "use the documented methods" },
};

/** A value of the client's own inside. */
export const INTERNAL_PROPERTY: Rule = { ...INTERNAL, kind: "property" };

/** The open client, from which commands could be sent without the session. */
export const CLIENT: Rule = {
  kind: "property",
  refused: {
    why: "what is sent through the client itself is not part of the transaction",
    instead: "use the db of the context",
  },
};

/** The commands that list or inspect are refused as commands, whatever they would return. */
export function notInTransaction(command: string): Refusal {
  return { why: `the server refuses the command "${command}" there`, code: 263 };
}

/** `create` and `createIndexes` need the read concern local, which would give up the snapshot. */
export function notWithSnapshot(command: string): Refusal {
  return { why: `the server refuses the command "${command}" where the transaction reads from a snapshot`, code: 72 };
}
