import type { ChangeEntry } from "../../history/change_entry.ts";

/** An entry as a document: `seq` is the primary key, and times are dates. */
export type EntryDocument = Omit<ChangeEntry, "seq" | "timestamp"> & {
  /** The position of the entry. */
  readonly _id: number;
  /** When it happened. */
  readonly timestamp: Date;
};

/** The document of an entry. */
export function toDocument({ seq, timestamp, ...fields }: ChangeEntry): EntryDocument {
  return { _id: seq, ...fields, timestamp: new Date(timestamp) };
}

/** The entry in a document. */
export function fromDocument({ _id, timestamp, ...fields }: EntryDocument): ChangeEntry {
  return { ...fields, seq: _id, timestamp: toText(timestamp) };
}

/** Finds the newest entry, and then that alone where its `settled` is this, or the whole history behind a position. */
export function unlessSettledPipeline(collection: string, after: number, settled: string): object[] {
  const isSettled = { $eq: ["$settled", { $literal: settled }] };
  return [
    { $sort: { _id: -1 } },
    { $limit: 1 },
    {
      $lookup: {
        from: collection,
        let: { first: { $cond: [isSettled, "$_id", 0] } },
        pipeline: [{ $match: { _id: { $gt: after }, $expr: { $gte: ["$_id", "$$first"] } } }, { $sort: { _id: 1 } }],
        as: "entry",
      },
    },
    { $unwind: "$entry" },
    { $replaceRoot: { newRoot: "$entry" } },
  ];
}

/** What is no date was not written by Denock; the core finds that out by the digest, or by the order of entries. */
function toText(timestamp: unknown): string {
  return timestamp instanceof Date && !Number.isNaN(timestamp.getTime()) ? timestamp.toISOString() : "";
}
