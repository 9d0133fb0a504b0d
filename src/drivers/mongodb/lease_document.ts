import { NoAnswerError } from "../shared/answer_within.ts";
import type { Collection, Document } from "mongodb";
import type { Lease, LeaseReply, LeaseRequest, LeaseStatus } from "../../driver.ts";

/** The one document that is the lease. It is never deleted, so that tokens never start again. */
export interface LeaseDocument {
  /** There is one. */
  readonly _id: "lease";
  /** Who holds it, or null. */
  readonly owner: string | null;
  /** Who held it before the newest holder, or null when that one had released it. */
  readonly previousOwner: string | null;
  /** Where the holder runs. */
  readonly hostname: string;
  /** Grows with every new holder. */
  readonly token: number;
  /** How long it lasts, in milliseconds. */
  readonly leaseMs: number;
  /** When it expires. */
  readonly expiresAt: Date;
}

/** What every reply carries: the lease as it is now, and times by the clock of the server. */
const REPLY = {
  owner: 1,
  previousOwner: 1,
  hostname: 1,
  token: 1,
  leaseMs: 1,
  now: "$$NOW",
  remainingMs: { $subtract: ["$expiresAt", "$$NOW"] },
  stamp: { $concat: [{ $toString: "$token" }, ":", { $toString: { $toLong: "$expiresAt" } }] },
};

const OPTIONS = {
  returnDocument: "after",
  projection: REPLY,
  writeConcern: { w: "majority" },
} as const;

/**
 * Takes the lease if it is free, has expired, is one's own, or still has the stamp that may be taken over. One command; when
 * it is refused it changes nothing, and its reply says who holds the lease and for how long.
 */
export async function acquireLease(leases: Collection<LeaseDocument>, request: LeaseRequest): Promise<LeaseReply> {
  const { owner, hostname, leaseMs, takeOver } = request;
  const isOwn = { $eq: ["$owner", literal(owner)] };
  // Who asks again because an answer was lost still has to learn that it has taken the lease over.
  const before = { $ifNull: ["$previousOwner", null] };
  const isFree = {
    $or: [
      isOwn,
      { $eq: [{ $ifNull: ["$owner", null] }, null] },
      { $lte: ["$expiresAt", "$$NOW"] },
      ...(takeOver === undefined ? [] : [{ $eq: [REPLY.stamp, takeOver] }]),
    ],
  };
  const ifFree = (field: keyof LeaseDocument, value: unknown) => ({ $cond: [isFree, value, `$${field}`] });
  const reply = await leases.findOneAndUpdate({ _id: "lease" }, [{
    $set: {
      owner: ifFree("owner", literal(owner)),
      previousOwner: ifFree("previousOwner", { $cond: [isOwn, before, { $ifNull: ["$owner", null] }] }),
      hostname: ifFree("hostname", literal(hostname)),
      token: ifFree("token", { $cond: [isOwn, "$token", { $add: [{ $ifNull: ["$token", 0] }, 1] }] }),
      leaseMs: ifFree("leaseMs", leaseMs),
      expiresAt: ifFree("expiresAt", { $add: ["$$NOW", leaseMs] }),
    },
  }], { ...OPTIONS, upsert: true });
  return replyTo(owner, undefined, reply);
}

/** Prolongs the lease; a refusal says who has it now. */
export async function renewLease(
  leases: Collection<LeaseDocument>,
  { owner, token, leaseMs }: Lease & { readonly leaseMs: number },
): Promise<LeaseReply> {
  const isOwn = { $and: [{ $eq: ["$owner", literal(owner)] }, { $eq: ["$token", token] }] };
  const reply = await leases.findOneAndUpdate({ _id: "lease" }, [{
    $set: {
      leaseMs: { $cond: [isOwn, leaseMs, "$leaseMs"] },
      expiresAt: { $cond: [isOwn, { $add: ["$$NOW", leaseMs] }, "$expiresAt"] },
    },
  }], OPTIONS);
  return replyTo(owner, token, reply);
}

/** Looks at the lease. */
export async function readLease(leases: Collection<LeaseDocument>): Promise<LeaseStatus | null> {
  const found: Document | null = await leases.findOne({ _id: "lease" }, {
    projection: REPLY,
    readConcern: { level: "majority" },
    readPreference: "primary",
  });
  return found === null || found.owner === null ? null : { ...toStatus(found), token: found.token };
}

/** Gives the lease back. */
export async function releaseLease(leases: Collection<LeaseDocument>, { owner, token }: Lease): Promise<void> {
  const options = { writeConcern: { w: "majority" } } as const;
  await leases.updateOne({ _id: "lease", owner: { $eq: owner }, token }, { $set: { owner: null } }, options);
}

/** What looks like a field path or an operator must not be taken for one. */
function literal(value: string): Document {
  return { $literal: value };
}

function replyTo(owner: string, token: number | undefined, reply: Document | null): LeaseReply {
  // When an answer is lost the client sends the same command again, and the server repeats the lease but not the times.
  if (reply !== null && reply.now === undefined) {
    throw new NoAnswerError("MongoDB has repeated an answer without its times");
  }
  if (reply !== null && reply.owner === owner && (token === undefined || reply.token === token)) {
    const takenOver = reply.previousOwner !== null && reply.previousOwner !== owner;
    return { held: true, token: reply.token, databaseTime: reply.now.getTime(), takenOver };
  }
  return { held: false, ...toStatus(reply ?? {}), stamp: reply?.stamp ?? "" };
}

function toStatus({ owner, hostname, leaseMs, remainingMs }: Document) {
  return {
    owner: String(owner ?? ""),
    hostname: String(hostname ?? ""),
    leaseMs: leaseMs ?? 0,
    remainingMs: Number(remainingMs ?? 0),
  };
}
