import { assertEquals, assertRejects } from "@std/assert";
import { MemoryDriver, MemoryStore, MigrationError } from "../../mod.ts";
import { counting, runnerOn } from "../fixtures/memory.ts";

const units = [counting("1", "a")];

Deno.test("lockStatus() says who holds the lock, and null when nobody does", async () => {
  const store = new MemoryStore();
  assertEquals(await runnerOn(store, units).lockStatus(), null);
  await new MemoryDriver({ store }).acquireLease({ owner: "ann", hostname: "host-2", leaseMs: 60_000 });
  const status = await runnerOn(store, units).lockStatus();
  assertEquals([status?.owner, status?.hostname, status?.leaseMs], ["ann", "host-2", 60_000]);
});

Deno.test("releaseLock() refuses while the lease is alive, unless it is forced", async () => {
  const store = new MemoryStore();
  await new MemoryDriver({ store }).acquireLease({ owner: "ann", hostname: "host-2", leaseMs: 60_000 });
  const error = await assertRejects(() => runnerOn(store, units).releaseLock(), MigrationError, "ann on host-2");
  assertEquals(error.code, "LOCK_HELD");
  assertEquals((await runnerOn(store, units).releaseLock({ force: true }))?.owner, "ann");
  assertEquals(await runnerOn(store, units).lockStatus(), null);
  assertEquals((await runnerOn(store, units).migrate()).executed.length, 1);
});

Deno.test("releaseLock() releases an expired lease without force, and does nothing when there is none", async () => {
  const store = new MemoryStore();
  assertEquals(await runnerOn(store, units).releaseLock(), null);
  await new MemoryDriver({ store }).acquireLease({ owner: "ann", hostname: "host-2", leaseMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals((await runnerOn(store, units).releaseLock())?.owner, "ann");
});
