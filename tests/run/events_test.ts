import { assertEquals, assertRejects } from "@std/assert";
import { ChangeFailedError, MemoryStore, type RunnerEvent } from "../../mod.ts";
import { counting, runnerOn } from "../fixtures/memory.ts";

function listen() {
  const events: RunnerEvent[] = [];
  const names = () => events.map((event) => "change" in event ? `${event.type} ${event.change.id}` : event.type);
  return { events, names, listener: (event: RunnerEvent) => void events.push(event) };
}

const before = { beforeExecution: () => {}, rollbackBeforeExecution: () => {} };

Deno.test("A runner tells of an execution in pairs", async () => {
  const { names, events, listener } = listen();
  const units = [counting("1", "a", before), counting("2", "b")];
  const report = await runnerOn(new MemoryStore(), units, { listener }).migrate();
  assertEquals(names(), [
    "lock.acquired",
    "execution.started",
    "change.started a",
    "before.started a",
    "before.ended a",
    "change.executed a",
    "change.started b",
    "change.executed b",
    "execution.ended",
    "lock.released",
  ]);
  const ended = events.find((event) => event.type === "execution.ended");
  assertEquals(ended, {
    type: "execution.ended",
    operation: "MIGRATE",
    executionId: report.executionId ?? "",
    report,
    error: undefined,
  });
});

Deno.test("A runner tells of rollbacks, and of the error that ended an execution", async () => {
  const { names, events, listener } = listen();
  const broken = counting("1", "a", {
    ...before,
    transactional: false,
    execution: () => Promise.reject(new Error("no")),
  });
  const thrown = await assertRejects(
    () => runnerOn(new MemoryStore(), [broken], { listener }).migrate(),
    ChangeFailedError,
  );
  assertEquals(names().slice(2), [
    "change.started a",
    "before.started a",
    "before.ended a",
    "rollback.started a",
    "rollback.ended a",
    "rollback.started a",
    "rollback.ended a",
    "change.failed a",
    "execution.ended",
    "lock.released",
  ]);
  const ended = events.find((event) => event.type === "execution.ended");
  assertEquals(ended?.error, thrown);
});

Deno.test("Progress and log lines of a change unit reach the listener", async () => {
  const { events, listener } = listen();
  const unit = counting("1", "a", {
    execution: ({ log, progress }) => {
      log("half-way");
      progress(1);
      progress(1, 2);
    },
  });
  await runnerOn(new MemoryStore(), [unit], { listener }).migrate();
  const told = events.flatMap((event): string[] => {
    if (event.type === "change.progress") return [`${event.done} of ${event.total}`];
    return event.type === "change.log" ? [event.message] : [];
  });
  assertEquals(told, ["half-way", "1 of null", "1 of 2"]);
});

Deno.test("A listener that fails breaks nothing and is reported once", async () => {
  const listeners = [() => Promise.reject(new Error("deaf")), () => {
    throw new Error("deaf");
  }];
  for (const listener of listeners) {
    const report = await runnerOn(new MemoryStore(), [counting("1", "a")], { listener }).migrate();
    assertEquals(report.executed.length, 1);
    assertEquals(report.warnings.map(({ code, severity }) => [code, severity]), [["LISTENER_FAILED", "warning"]]);
  }
});
