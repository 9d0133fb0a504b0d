import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ChangeFailedError, MemoryDriver, MemoryStore, Runner } from "../../mod.ts";
import { groupSteps } from "../../src/run/group_steps.ts";
import { counting, dataOf, logOf, runnerOn } from "../fixtures/memory.ts";

const threeTogether = { unitsPerTransaction: 3 };

/** Counts its transactions. */
class CountingDriver extends MemoryDriver {
  transactions = 0;

  override transaction: MemoryDriver["transaction"] = (work, guard) => {
    this.transactions++;
    return super.transaction(work, guard);
  };
}

Deno.test("groupSteps() takes neighbours together as far as they may, and all of a run", () => {
  const shared = (step: string) => step !== "X";
  const grouped = (steps: string, unitsPerTransaction: number, transactionStrategy: "change" | "run" = "change") =>
    groupSteps([...steps], { transactionStrategy, unitsPerTransaction }, shared).map((group) => group.join("")).join(
      " ",
    );
  assertEquals(grouped("abcdefg", 3), "abc def g");
  assertEquals(grouped("abXcdXXe", 3), "ab X cd X X e");
  assertEquals(grouped("abc", 1), "a b c");
  assertEquals(grouped("abXc", 1, "run"), "abXc");
  assertEquals(grouped("", 3), "");
});

Deno.test("unitsPerTransaction commits that many change units together", async () => {
  const store = new MemoryStore();
  const driver = new CountingDriver({ store });
  const units = ["a", "b", "c", "d", "e"].map((id, index) => counting(String(index + 1), id));
  const report = await new Runner({ driver, migrations: units, ...threeTogether }).migrate();
  assertEquals(report.executed.map(({ id }) => id), ["a", "b", "c", "d", "e"]);
  assertEquals(driver.transactions, 2);
  assertEquals(logOf(store), ["a EXECUTED", "b EXECUTED", "c EXECUTED", "d EXECUTED", "e EXECUTED"]);
});

Deno.test("When one fails, those that share its transaction are rolled back and pending, and those before it stay", async () => {
  const store = new MemoryStore();
  const broken = counting("5", "e", { execution: () => Promise.reject(new Error("e is broken")) });
  const units = [...["a", "b", "c", "d"].map((id, index) => counting(String(index + 1), id)), broken];
  const error = await assertRejects(() => runnerOn(store, units, threeTogether).migrate(), ChangeFailedError);
  assertEquals(error.report.executed.map(({ id }) => id), ["a", "b", "c"]);
  assertEquals(error.report.failed.map(({ id }) => id), ["e"]);
  assertEquals(error.report.pending.map(({ id }) => id), ["d"]);
  assertEquals(dataOf(store), { a: 1, b: 1, c: 1 });
  assertEquals(logOf(store), ["a EXECUTED", "b EXECUTED", "c EXECUTED", "e FAILED"]);
  const mended = [...units.slice(0, 4), counting("5", "e")];
  assertEquals((await runnerOn(store, mended, threeTogether).migrate()).executed.map(({ id }) => id), ["d", "e"]);
});

Deno.test("What has effects outside of the transaction, or may fail alone, has a transaction of its own", async () => {
  const store = new MemoryStore();
  const driver = new CountingDriver({ store });
  const before = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };
  const units = [
    counting("1", "a"),
    counting("2", "b", before),
    counting("3", "c", { failFast: false, execution: () => Promise.reject(new Error("c may fail")) }),
    counting("4", "d", { runAlways: true }),
    counting("5", "e", { transactional: false }),
    counting("6", "f"),
    counting("7", "g"),
  ];
  const report = await new Runner({ driver, migrations: units, ...threeTogether }).migrate();
  assertEquals(report.failed.map(({ id }) => id), ["c"]);
  assertEquals(driver.transactions, 5);
  assertEquals(dataOf(store), { a: 1, b: 1, d: 1, e: 1, f: 1, g: 1 });
});

Deno.test("unitsPerTransaction must be a whole number from 1", () => {
  for (const unitsPerTransaction of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(
      () => runnerOn(new MemoryStore(), [], { unitsPerTransaction }),
      RangeError,
      String(unitsPerTransaction),
    );
  }
});
