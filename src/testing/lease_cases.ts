import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import type { ConformanceCase } from "./conformance_case.ts";
import { acquire, held, LEASE_MS, refused } from "./lease_request.ts";

/** Rules about who gets the lease and who does not. */
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
    rule: "a request that is refused changes nothing",
    async run({ driver, other }) {
      await acquire(driver, "ann");
      const before = await driver.readLease();
      const first = refused(await acquire(other, "bob", 2 * LEASE_MS));
      const second = refused(await acquire(other, "bob", 2 * LEASE_MS));
      assertEquals(second.stamp, first.stamp);
      const after = await driver.readLease();
      assertEquals({ ...after, remainingMs: 0 }, { ...before, remainingMs: 0 });
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
    rule: "a released lease is free at once, is not taken over, and its tokens go on",
    async run({ driver, other }) {
      const first = held(await acquire(driver, "ann"));
      await driver.releaseLease({ owner: "ann", token: first.token });
      const second = held(await acquire(other, "bob"));
      assertEquals([second.token, second.takenOver], [first.token + 1, false]);
      await other.releaseLease({ owner: "bob", token: second.token });
      const third = held(await acquire(driver, "ann"));
      assertEquals([third.token, third.takenOver], [second.token + 1, false]);
    },
  },
  {
    group: "lease",
    rule: "a lease that nobody holds cannot be renewed",
    async run({ driver, other }) {
      refused(await driver.renewLease({ owner: "ann", token: 1, leaseMs: LEASE_MS }));
      const { token } = held(await acquire(driver, "ann"));
      await driver.releaseLease({ owner: "ann", token });
      refused(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
      assertEquals(await other.readLease(), null);
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
      await driver.releaseLease({ owner: "ann", token });
      const next = held(await acquire(other, "bob"));
      await driver.releaseLease({ owner: "ann", token });
      assertEquals((await other.readLease())?.token, next.token);
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
      assertLessOrEqual(status?.remainingMs ?? 0, LEASE_MS);
      refused(await acquire(other, "bob"));
      await driver.releaseLease({ owner: "ann", token });
      assertEquals(await other.readLease(), null);
    },
  },
  {
    group: "lease",
    rule: "names that look like operators or SQL are only names",
    async run({ driver, other }) {
      const name = `$owner'; DROP TABLE "denock_lease" --`;
      const { token } = held(await acquire(driver, name));
      assertEquals(refused(await acquire(other, "bob")).owner, name);
      held(await driver.renewLease({ owner: name, token, leaseMs: LEASE_MS }));
      await driver.releaseLease({ owner: name, token });
      held(await acquire(other, "bob"));
    },
  },
];
