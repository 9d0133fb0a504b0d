import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  type ChangeEntry,
  DatabaseError,
  type ErrorClass,
  HistoryError,
  MemoryDriver,
  MemoryStore,
} from "../../mod.ts";
import { counting, Heard, runnerOn } from "../fixtures/memory.ts";

const units = [counting("1", "a")];
const refused = new Error("connection refused");

Deno.test("lockStatus() rejects with DatabaseError when the database cannot be reached", async () => {
  const driver = new class extends MemoryDriver {
    override readLease(): Promise<never> {
      return Promise.reject(refused);
    }
  }();
  const status = () => runnerOn(new MemoryStore(), units, { driver }).lockStatus();
  const error = await assertRejects(status, DatabaseError, "Cannot read the lock from memory: connection refused");
  assertEquals([error.code, error.cause], ["DATABASE_UNREACHABLE", refused]);
});

Deno.test("Runner.migrate() says when the history cannot be made, and passes on what the driver says of that", async () => {
  const unavailable = new DatabaseError("TRANSACTIONS_UNAVAILABLE", "This server has no transactions");
  for (const thrown of [refused, unavailable]) {
    const store = new MemoryStore();
    const driver = new class extends MemoryDriver {
      override prepare(): Promise<never> {
        return Promise.reject(thrown);
      }
    }({ store });
    const error = await assertRejects(() => runnerOn(store, units, { driver }).migrate(), DatabaseError);
    if (thrown === unavailable) assertStrictEquals(error, unavailable);
    else {assertEquals([error.message, error.code], [
        "Cannot make the history in memory: connection refused",
        "DATABASE_UNREACHABLE",
      ]);}
    assertEquals(store.entries, []);
  }
});

Deno.test("Runner.migrate() passes on what a driver says of a history that it cannot read", async () => {
  const broken = new HistoryError("HISTORY_BROKEN", "Entry 7 is no entry");
  const driver = new class extends MemoryDriver {
    override readHistory(): Promise<never> {
      return Promise.reject(broken);
    }
  }();
  assertStrictEquals(await assertRejects(() => runnerOn(new MemoryStore(), units, { driver }).migrate()), broken);
});

Deno.test("Runner.plan() says when the history cannot be read", async () => {
  const driver = new class extends MemoryDriver {
    override readHistory(): Promise<never> {
      return Promise.reject(refused);
    }
  }();
  const error = await assertRejects(() => runnerOn(new MemoryStore(), units, { driver }).plan(), DatabaseError);
  assertEquals(error.message, "Cannot read the history from memory: connection refused");
});

Deno.test("Runner.migrate() reads on after a lost connection, but not before it has reached the database once", async () => {
  const store = new MemoryStore();
  const lostAt = (look: number) => {
    let looks = 0;
    return new class extends MemoryDriver {
      override readHistory(options: { readonly after?: number } = {}): Promise<readonly ChangeEntry[]> {
        return ++looks === look ? Promise.reject(refused) : super.readHistory(options);
      }
      override classify(error: unknown): ErrorClass {
        return error === refused ? "unknown" : super.classify(error);
      }
    }({ store });
  };
  const held = { owner: "dead", hostname: "host-2", token: 1, leaseMs: 50, expiresAt: Date.now() + 50 };
  await assertRejects(() => runnerOn(store, units, { driver: lostAt(1) }).migrate(), DatabaseError);
  store.lease = held;
  assertEquals((await runnerOn(store, units, { driver: lostAt(2) }).migrate()).executed.length, 1);
});

Deno.test("Runner.migrate() says when it cannot ask for the lock", async () => {
  const store = new MemoryStore();
  const driver = new class extends MemoryDriver {
    override acquireLease(): Promise<never> {
      return Promise.reject(refused);
    }
  }({ store });
  const error = await assertRejects(() => runnerOn(store, units, { driver }).migrate(), DatabaseError);
  assertEquals(error.message, "Cannot ask memory for the lock: connection refused");
  assertEquals(store.entries, []);
});

Deno.test("Runner.migrate() has done its work also where it cannot give the lock back, and tells", async () => {
  const store = new MemoryStore();
  const heard = new Heard();
  const driver = new class extends MemoryDriver {
    override releaseLease(): Promise<never> {
      return Promise.reject(refused);
    }
  }({ store });
  const { executed } = await runnerOn(store, units, { driver, listener: heard.listener }).migrate();
  assertEquals([executed.length, heard.of("lock.notReleased").map(({ error }) => error)], [1, [refused]]);
});
