import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertRejects, assertThrows } from "@std/assert";
import { LockNotObtainedError, type LockOptions, MemoryDriver, Runner, type RunnerEvent } from "../../mod.ts";
import { type Bench, entriesOf, everyDatabase, onMongodb, onSqlite, runnerOn } from "./bench.ts";
import { unitsOn } from "./units.ts";

const SHORT_MS = 80;
const LEASE_MS = 30_000;
const HOST = { hostname: "host-2" };

/** Prepares the tables, and gives two drivers on connections of their own. */
async function drivers(bench: Bench) {
  const [one, two] = [await bench.connect(), await bench.connect()];
  await one.prepare({ transactions: true });
  return [one, two] as const;
}

/** Lets somebody hold the lease. */
async function hold(bench: Bench, owner: string, leaseMs: number): Promise<number> {
  const [driver] = await drivers(bench);
  const reply = await driver.acquireLease({ owner, leaseMs, ...HOST });
  assert(reply.held);
  return reply.token;
}

everyDatabase("a renewal is refused when nobody has ever held the lease, and takes nothing", async (bench) => {
  const [one] = await drivers(bench);
  const reply = await one.renewLease({ owner: "ann", token: 1, leaseMs: LEASE_MS });
  assertEquals([reply.held, await one.readLease()], [false, null]);
});

everyDatabase("a renewal is refused when the lease was released, and the lease stays free", async (bench) => {
  const [one, two] = await drivers(bench);
  const token = await hold(bench, "ann", LEASE_MS);
  await one.releaseLease({ owner: "ann", token });
  const reply = await one.renewLease({ owner: "ann", token, leaseMs: LEASE_MS });
  assertEquals([reply.held, await two.readLease()], [false, null]);
  assertEquals((await two.acquireLease({ owner: "bob", leaseMs: LEASE_MS, ...HOST })).held, true);
});

everyDatabase(
  "a renewal of somebody else's lease is refused also when that has expired, and does not take it",
  async (bench) => {
    const [one, two] = await drivers(bench);
    const token = await hold(bench, "ann", SHORT_MS);
    await new Promise((resolve) => setTimeout(resolve, SHORT_MS + 40));
    assertEquals((await two.renewLease({ owner: "bob", token, leaseMs: LEASE_MS })).held, false);
    const status = await two.readLease();
    assertEquals(status?.owner, "ann");
    assertLess(status?.remainingMs ?? 1, 1);
    assertEquals((await one.renewLease({ owner: "ann", token, leaseMs: LEASE_MS })).held, true);
  },
);

everyDatabase("whoever holds the lease gets it again also when it has expired, without a new token", async (bench) => {
  const [one] = await drivers(bench);
  const token = await hold(bench, "ann", SHORT_MS);
  await new Promise((resolve) => setTimeout(resolve, SHORT_MS + 40));
  const reply = await one.acquireLease({ owner: "ann", leaseMs: LEASE_MS, ...HOST });
  assert(reply.held);
  assertEquals([reply.token, reply.takenOver], [token, false]);
});

everyDatabase(
  "a release may be repeated, and does nothing when there is no lease or it is somebody else's",
  async (bench) => {
    const [one, two] = await drivers(bench);
    await one.releaseLease({ owner: "ann", token: 1 });
    const token = await hold(bench, "ann", LEASE_MS);
    await one.releaseLease({ owner: "ann", token });
    await one.releaseLease({ owner: "ann", token });
    assertEquals(await two.readLease(), null);
    const next = await hold(bench, "bob", LEASE_MS);
    await one.releaseLease({ owner: "ann", token });
    assertEquals([(await one.readLease())?.owner, next], ["bob", token + 1]);
  },
);

onMongodb("the lease is one document, whoever has held it", async (bench) => {
  for (const owner of ["ann", "bob", "eve"]) {
    const token = await hold(bench, owner, LEASE_MS);
    await (await bench.connect()).releaseLease({ owner, token });
  }
  assertEquals(await bench.db.collection("denockLease").countDocuments(), 1);
});

onSqlite("the lease is one row, whoever has held it", async (bench) => {
  for (const owner of ["ann", "bob", "eve"]) {
    const token = await hold(bench, owner, LEASE_MS);
    await (await bench.connect()).releaseLease({ owner, token });
  }
  assertEquals(bench.database.prepare("SELECT count(*) AS count FROM denock_lease").get()?.count, 1);
});

everyDatabase("migrate() waits until somebody else's lease has expired, not until the next poll", async (bench) => {
  await hold(bench, "dead", 500);
  const events: RunnerEvent[] = [];
  const startedAt = performance.now();
  const runner = await runnerOn(bench, [unitsOn(bench)("1", "a")], {
    lock: { pollMs: 6_000 },
    listener: (event) => events.push(event),
  });
  await runner.migrate();
  const elapsed = performance.now() - startedAt;
  assertGreaterOrEqual(elapsed, 400);
  assertLess(elapsed, 3_000);
  const waiting = events.find((event) => event.type === "lock.waiting");
  assertEquals([waiting?.owner, waiting?.hostname], ["dead", "host-2"]);
  assertEquals(events.filter((event) => event.type === "lock.acquired").map(({ takenOver }) => takenOver), [true]);
  assertEquals(await bench.data(), { a: 1 });
});

everyDatabase("migrate() asks at least once, and does not wait when the time to wait is over", async (bench) => {
  const token = await hold(bench, "living", LEASE_MS);
  const options = { lock: { waitMs: 0, pollMs: 6_000 } };
  const units = [unitsOn(bench)("1", "a")];
  const startedAt = performance.now();
  const runner = await runnerOn(bench, units, options);
  await assertRejects(() => runner.migrate(), LockNotObtainedError, "Execution living on host-2 holds the lock");
  assertLess(performance.now() - startedAt, 3_000);
  assertEquals([await entriesOf(bench), await bench.data()], [[], {}]);
  await (await bench.connect()).releaseLease({ owner: "living", token });
  assertEquals((await (await runnerOn(bench, units, options)).migrate()).executed.length, 1);
});

onSqlite(
  "migrate() waits for a transaction of somebody else that takes longer than a lease, and then goes on",
  async (bench) => {
    await (await runnerOn(bench, [unitsOn(bench)("1", "a")])).migrate();
    bench.database.exec("BEGIN IMMEDIATE");
    const committed = setTimeout(() => bench.database.exec("COMMIT"), 1_000);
    try {
      const units = [unitsOn(bench)("1", "a"), unitsOn(bench)("2", "b")];
      const runner = await runnerOn(bench, units, { lock: { leaseMs: 800 } });
      assertEquals((await runner.migrate()).executed.map(({ id }) => id), ["b"]);
      const last = (await entriesOf(bench)).at(-1);
      assertLess(Math.abs(Date.parse(last?.timestamp ?? "") - Date.now()), 700);
    } finally {
      clearTimeout(committed);
    }
  },
);

const wrongLocks: readonly Partial<LockOptions>[] = [
  { leaseMs: 0 },
  { leaseMs: -1 },
  { leaseMs: NaN },
  { pollMs: 0 },
  { pollMs: NaN },
  { waitMs: -1 },
  { waitMs: NaN },
];

for (const lock of wrongLocks) {
  const [[name, value] = []] = Object.entries(lock);
  Deno.test(`new Runner() refuses a lock with ${name} ${value}`, () => {
    const error = assertThrows(() => new Runner({ driver: new MemoryDriver(), migrations: [], lock }));
    assert(error instanceof TypeError || error instanceof RangeError, String(error));
  });
}
