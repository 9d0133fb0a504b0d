import { assertEquals, assertGreater, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "@std/assert";
import { assertNotEquals } from "@std/assert";
import { type ConformanceCase, pause } from "./conformance_case.ts";
import { acquire, held, LEASE_MS, refused, SHORT_MS } from "./lease_request.ts";
import { ShiftedClock } from "./shifted_clock.ts";

const DAY_MS = 24 * 3_600_000;

/** Rules about how long the lease lasts. */
export const leaseTimeCases: readonly ConformanceCase[] = [
  {
    group: "lease",
    rule: "an expired lease goes to the next who asks, with a higher token and as taken over",
    async run({ driver, other }) {
      const first = held(await acquire(driver, "ann", SHORT_MS));
      await pause(SHORT_MS + 50);
      const second = held(await acquire(other, "bob"));
      assertEquals([second.token, second.takenOver], [first.token + 1, true]);
      const late = await driver.renewLease({ owner: "ann", token: first.token, leaseMs: LEASE_MS });
      assertEquals(refused(late).owner, "bob");
    },
  },
  {
    group: "lease",
    rule: "an expired lease is shown as long as nobody takes it, with no time left",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann", 50));
      await pause(100);
      const status = await other.readLease();
      assertEquals([status?.owner, status?.token, status?.leaseMs], ["ann", token, 50]);
      assertLessOrEqual(status?.remainingMs ?? 1, 0);
    },
  },
  {
    group: "lease",
    rule: "a renewal prolongs the lease, says from then on how long it lasts, and changes its stamp",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann", SHORT_MS));
      const before = refused(await acquire(other, "bob"));
      await pause(20);
      const renewed = held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
      assertEquals([renewed.token, renewed.takenOver], [token, false]);
      await pause(SHORT_MS + 50);
      const after = refused(await acquire(other, "bob"));
      assertNotEquals(after.stamp, before.stamp);
      assertGreater(after.remainingMs, SHORT_MS);
      assertEquals([after.leaseMs, after.hostname], [LEASE_MS, "host of ann"]);
    },
  },
  {
    group: "lease",
    rule: "an expired lease that nobody has taken can still be renewed",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann", 50));
      await pause(100);
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
    rule: "a lease with the stamp that may be taken over is taken before it expires, one with another stamp is not",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann"));
      const { stamp } = refused(await acquire(other, "bob"));
      await pause(20);
      held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
      const request = { owner: "bob", hostname: "", leaseMs: LEASE_MS };
      const current = refused(await other.acquireLease({ ...request, takeOver: stamp }));
      const taken = held(await other.acquireLease({ ...request, takeOver: current.stamp }));
      assertEquals([taken.token, taken.takenOver], [token + 1, true]);
      refused(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS }));
    },
  },
  {
    group: "lease",
    rule: "the lease goes by the clock of the database; only where there is none, by that of whoever asks",
    async run({ driver, other }) {
      const { token } = held(await acquire(driver, "ann"));
      const before = held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS })).databaseTime;
      if (driver.supports.ownClock === false) {
        using _ = new ShiftedClock(DAY_MS);
        assertEquals((await acquire(other, "bob")).held, true);
        return;
      }
      for (const shiftMs of [DAY_MS, -DAY_MS]) {
        using _ = new ShiftedClock(shiftMs);
        const reply = refused(await acquire(other, "bob"));
        assertGreater(reply.remainingMs, LEASE_MS / 2);
        assertLessOrEqual(reply.remainingMs, LEASE_MS);
        const after = held(await driver.renewLease({ owner: "ann", token, leaseMs: LEASE_MS })).databaseTime;
        assertGreaterOrEqual(after, before);
        assertLess(after - before, LEASE_MS);
      }
    },
  },
];
