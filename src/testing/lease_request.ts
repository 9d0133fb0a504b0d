import { assert } from "@std/assert";
import type { Driver, LeaseHeld, LeaseRefused, LeaseReply } from "../driver.ts";
import { insist } from "./conformance_case.ts";

/** Longer than any case lasts. */
export const LEASE_MS = 60_000;
/** Long enough to be seen alive, short enough to wait for. */
export const SHORT_MS = 300;

/** Asks for the lease, again where the database was locked by somebody else. */
export async function acquire(driver: Driver<object>, owner: string, leaseMs = LEASE_MS): Promise<LeaseReply> {
  return await insist(driver, () => driver.acquireLease({ owner, hostname: `host of ${owner}`, leaseMs }));
}

/** The reply to whoever holds the lease. */
export function held(reply: LeaseReply): LeaseHeld {
  assert(reply.held, "The lease was refused");
  return reply;
}

/** The reply to whoever does not. */
export function refused(reply: LeaseReply): LeaseRefused {
  assert(!reply.held, "The lease was given");
  return reply;
}
