import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type LeaseReply,
  type LeaseRequest,
  LockLostError,
  LockNotObtainedError,
  MemoryDriver,
  MemoryStore,
} from "../../mod.ts";
import { type Lock, type LockRequest, withLock } from "../../src/run/lock.ts";
import type { Runtime } from "../../src/run/runtime.ts";
import { SteppingRuntime } from "../fixtures/stepping_runtime.ts";

/** A clock that goes on only when it is told to; whoever sleeps wakes when it has. */
class SetClock implements Runtime {
  #now = 0;
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  uuid(): string {
    return "execution";
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleepers.push({ until: this.#now + milliseconds, wake: resolve });
    signal?.addEventListener("abort", () => resolve(), { once: true });
    return promise;
  }

  /** Lets time pass, and everything that waits for it go on. */
  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const { wake } of this.#sleepers.filter(({ until }) => until <= this.#now)) wake();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
}

const LEASE_MS = 900;

/** A driver whose answers are long on the way. */
class SlowDriver extends MemoryDriver {
  delayMs = 0;
  readonly #clock: SetClock;

  constructor(clock: SetClock) {
    super({ store: new MemoryStore() });
    this.#clock = clock;
  }

  override async acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    const reply = await super.acquireLease({ ...request, leaseMs: 3_600_000 });
    if (this.delayMs > 0) await this.#clock.pass(this.delayMs);
    return reply;
  }

  override async renewLease(lease: Parameters<MemoryDriver["renewLease"]>[0]): Promise<LeaseReply> {
    const reply = await super.renewLease({ ...lease, leaseMs: 3_600_000 });
    if (this.delayMs > 0) await this.#clock.pass(this.delayMs);
    return reply;
  }
}

function requestOf(driver: MemoryDriver, runtime: Runtime): LockRequest {
  return {
    driver,
    runtime,
    owner: "ann",
    hostname: "host-1",
    leaseMs: LEASE_MS,
    pollMs: 10,
    waitMs: 1_000,
    signal: new AbortController().signal,
    onLost: () => {},
    listener: () => {},
    isNothingLeft: () => Promise.resolve(false),
  };
}

async function hold(delayMs: number, work: (lock: Lock, clock: SetClock, driver: SlowDriver) => Promise<void>) {
  const clock = new SetClock();
  const driver = new SlowDriver(clock);
  driver.delayMs = delayMs;
  await withLock(requestOf(driver, clock), (lock) => work(lock, clock, driver));
}

Deno.test("The lease counts from when it was asked for, not from when the answer came", async () => {
  await hold(600, async (lock, clock, driver) => {
    driver.renewLease = () => Promise.reject(new Error("no answer"));
    await clock.pass(299);
    lock.check();
    await clock.pass(1);
    assertThrows(() => lock.check(), LockLostError, "could not be renewed in time");
  });
});

Deno.test("A renewal counts from when it was asked for, not from when the answer came", async () => {
  await hold(0, async (lock, clock, driver) => {
    driver.delayMs = 600;
    await clock.pass(300);
    assertEquals(clock.now(), 900);
    // Asked for at 300: what came at 900 holds until 1,200.
    driver.renewLease = () => Promise.reject(new Error("no answer"));
    await clock.pass(299);
    lock.check();
    await clock.pass(1);
    assertThrows(() => lock.check(), LockLostError);
  });
});

Deno.test("A renewal that fails does not count", async () => {
  await hold(0, async (lock, clock, driver) => {
    driver.renewLease = () => Promise.reject(new Error("no answer"));
    await clock.pass(300);
    await clock.pass(300);
    lock.check();
    await clock.pass(300);
    assertThrows(() => lock.check(), LockLostError);
  });
});

Deno.test("A holder that renews its lease is never taken for a stale one, however long it holds it", async () => {
  const runtime = new SteppingRuntime();
  const store = new MemoryStore();
  const asked: unknown[] = [];
  const driver = new class extends MemoryDriver {
    override acquireLease(request: LeaseRequest): Promise<LeaseReply> {
      const expiresAt = Date.now() + 3_600_000 + Math.floor(runtime.now() / 300);
      store.lease = { owner: "living", hostname: "host-2", token: 7, leaseMs: LEASE_MS, expiresAt };
      asked.push(request.takeOver);
      return super.acquireLease(request);
    }
  }({ store });
  const request = { ...requestOf(driver, runtime), pollMs: 100, waitMs: 5_000 };
  await assertRejects(() => withLock(request, () => Promise.resolve()), LockNotObtainedError);
  assertEquals(asked, asked.map(() => undefined));
  assertEquals([asked.length > 10, store.lease.owner], [true, "living"]);
});
