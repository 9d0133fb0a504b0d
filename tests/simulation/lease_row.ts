import type { Lease, LeaseReply, LeaseRequest, LeaseStatus } from "../../mod.ts";

/** The lease as the database keeps it. */
export interface LeaseRow {
  readonly owner: string | null;
  readonly previousOwner: string | null;
  readonly hostname: string;
  readonly token: number;
  readonly leaseMs: number;
  readonly expiresAt: number;
}

/** Nobody has had it yet. */
export const NO_LEASE: LeaseRow = {
  owner: null,
  previousOwner: null,
  hostname: "",
  token: 0,
  leaseMs: 0,
  expiresAt: 0,
};

function stampOf({ token, expiresAt }: LeaseRow): string {
  return `${token}:${expiresAt}`;
}

/** What becomes of the lease when somebody asks for it. */
export function acquired(row: LeaseRow, { owner, hostname, leaseMs, takeOver }: LeaseRequest, now: number): LeaseRow {
  const isOwn = row.owner === owner;
  const isFree = isOwn || row.owner === null || row.expiresAt <= now || takeOver === stampOf(row);
  if (!isFree) return row;
  const token = isOwn ? row.token : row.token + 1;
  return { owner, previousOwner: row.owner, hostname, token, leaseMs, expiresAt: now + leaseMs };
}

/** What becomes of it when its holder prolongs it. */
export function renewed(row: LeaseRow, lease: Lease & { readonly leaseMs: number }, now: number): LeaseRow {
  const isOwn = row.owner === lease.owner && row.token === lease.token;
  return isOwn ? { ...row, leaseMs: lease.leaseMs, expiresAt: now + lease.leaseMs } : row;
}

/** The answer to who asked. */
export function replyTo(row: LeaseRow, owner: string, token: number, now: number): LeaseReply {
  if (row.owner === owner && row.token === token) {
    const takenOver = row.previousOwner !== null && row.previousOwner !== owner;
    return { held: true, token, databaseTime: now, takenOver };
  }
  return { held: false, ...statusOf(row, now), stamp: stampOf(row) };
}

/** What anybody can see of it. */
export function statusOf({ owner, hostname, token, leaseMs, expiresAt }: LeaseRow, now: number): LeaseStatus {
  return { owner: owner ?? "", hostname, token, leaseMs, remainingMs: expiresAt - now };
}
