import { assert, assertEquals, assertGreater, assertLess, assertLessOrEqual, assertNotEquals } from "@std/assert";
import type { Driver, LeaseHeld, LeaseRefused, LeaseReply } from "../driver.ts";
import type { ConformanceCase } from "./conformance_case.ts";

const LEASE_MS = 60_000;
/** Long enough to be seen alive, short enough to wait for. */
const SHORT_MS = 300;

/** Rules about the lease. */
export const leaseCases: readonly ConformanceCase[] = [
  {
    group: "lease",
    rule: "a free lease is held by the first who asks, with the time of the database",
    async run({ driver }) {
      const reply = held(await acquire(driver, "ann"));
      assertEquals(reply.takenOver, false);
      // The clocks of two machines differ, but not by years.
      assertLess(Math.abs(reply.databaseTime - Date.now()), 365 * 24 * 3_600_000);
    },
  },
  {
    group: "lease",
    rule: "a lease that is held is refused to others, saying who has it and for how long",
    async run({ driver, other }) {
      await acquire(driver, "ann");
      const reply = refused(await acquire(other, "bob"));
      assertEquals([reply.owner, reply.hostname, reply.leaseMs], ["ann", "host of ann", LEASE_MS]);
      assertGreater(reply.remainingMs, LEASE_MS / 2);
      assertLessOrEqual(reply.remainingMs, LEASE_MS);
    },
  },
  {
    group: "lease",
    rule: "whoever holds the lease and asks again gets it again with the same token",
    async run({ driver }) {
      const first = held(await acquire(driver, "ann"));
      const second = held(await acquire(driver, "ann"));
      assertEquals([second.token, second.takenOver], [first.token, false]);
    },
  },
  {
    group: "lease",
    rule: "of many who ask at the same time one gets it",
    async run({ driver, other }) {
      const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
      const replies = await Promise.all(names.map((name, index) => acquire(index % 2 ? driver : other, name)));
      assertEquals(replies.filter((reply) => reply.held).length, 1);
    },
  },
  {
    group: "lease",
    rule: "an expired lease goes to the next who asks, with a higher token and as taken over",
    async run({ driver, other }) {
      const first = held(await acquire(driver, "ann", SHORT_MS));
      assertEquals((await acquire(other, "bob")).held, false);
      await pause(SHORT_MS + 50);
      const second = held(await acquire(other, "bob"));
      assertEquals(second.takenOver, true);
      assertGreater(second.token, first.token);
      const late = await driver.renewLease({ owner: "ann", token: first.token, leaseMs: LEASE_MS });
      assertEquals(refused(late).owner, "bob");
    },
  },
  {
    group: "lease",
    rule: "a renewal prolongs the lease and changes its stamp",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann", SHORT_MS));
      const before = refused(await acquire(other, "bob"));
      await pause(20);
      held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
      await pause(SHORT_MS + 50);
      const after = refused(await acquire(other, "bob"));
      assertNotEquals(after.stamp, before.stamp);
      assertGreater(after.remainingMs, SHORT_MS);
    },
  },
  {
    group: "lease",
    rule: "an expired lease that nobody has taken can still be renewed",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann", SHORT_MS));
      await pause(SHORT_MS + 50);
      held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
      refused(await acquire(other, "bob"));
    },
  },
  {
    group: "lease",
    rule: "a renewal with another owner or token is refused and prolongs nothing",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann"));
      const { stamp } = refused(await acquire(other, "bob"));
      await pause(20);
      refused(await driver.renewLease({ owner: "bob", token, leaseMs: 2 * LEASE_MS }));
      refused(await driver.renewLease({ owner: "ann", token: token + 1, leaseMs: 2 * LEASE_MS }));
      assertEquals(refused(await acquire(other, "bob")).stamp, stamp);
    },
  },
  {
    group: "lease",
    rule: "a released lease is free at once, is not taken over, and its tokens go on",
    async run({ driver, other }) {
      const first = held(await acquire(driver, "ann"));
      await driver.releaseLease({ owner: "ann", token: first.token });
      const second = held(await acquire(other, "bob"));
      assertEquals(second.takenOver, false);
      assertGreater(second.token, first.token);
    },
  },
  {
    group: "lease",
    rule: "a release by somebody who does not hold it changes nothing",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann"));
      await other.releaseLease({ owner: "bob", token });
      await other.releaseLease({ owner: "ann", token: token + 1 });
      refused(await acquire(other, "bob"));
    },
  },
  {
    group: "lease",
    rule: "a look at the lease says who holds it and changes nothing",
    async run({ driver, other }) {
      assertEquals(await driver.readLease(), null);
      const { token } = held(await acquire(driver, "ann"));
      const status = await other.readLease();
      assertEquals([status?.owner, status?.hostname, status?.token, status?.leaseMs], [
        "ann",
        "host of ann",
        token,
        LEASE_MS,
      ]);
      assertGreater(status?.remainingMs ?? 0, LEASE_MS / 2);
      await driver.releaseLease({ owner: "ann", token });
      assertEquals(await other.readLease(), null);
    },
  },
  {
    group: "lease",
    rule: "a lease with the stamp that may be taken over is taken before it expires, one with another stamp is not",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann"));
      const { stamp } = refused(await acquire(other, "bob"));
      await pause(20);
      held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
      const request = { owner: "bob", hostname: "", leaseMs: LEASE_MS };
      const current = refused(await other.acquireLease({ ...request, takeOver: stamp }));
      assertEquals(held(await other.acquireLease({ ...request, takeOver: current.stamp })).takenOver, true);
    },
  },
  {
    group: "lease",
    rule: "names that look like operators or SQL are only names",
    async run({ driver, other }) {
      const name = `$owner'; DROP TABLE "denock_lease" --`;
      const { token } = held(await acquire(driver, name));
      assertEquals(refused(await acquire(other, "bob")).owner, name);
      await driver.releaseLease({ owner: name, token });
      held(await acquire(other, "bob"));
    },
  },
];

async function acquire(driver: Driver<object>, owner: string, leaseMs = LEASE_MS): Promise<LeaseReply> {
  return await driver.acquireLease({ owner, hostname: `host of ${owner}`, leaseMs });
}

function held(reply: LeaseReply): LeaseHeld {
  assert(reply.held, "The lease was refused");
  return reply;
}

function refused(reply: LeaseReply): LeaseRefused {
  assert(!reply.held, "The lease was given");
  return reply;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
