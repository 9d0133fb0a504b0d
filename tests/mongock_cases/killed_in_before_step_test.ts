import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { type Bench, linesOf, onMongodb, onSqlite, runnerOn } from "./bench.ts";
import type { Task } from "./killed_process.ts";
import { type Calls, type Method, type Said, unitsOn } from "./units.ts";

const LEASE_MS = 1_000;

/** Lets another process execute a unit until it pauses in a method, and kills it there. */
async function killIn(bench: Bench, pauseIn: Method, said: Task["said"]): Promise<void> {
  const task: Task = { address: bench.address, pauseIn, said, leaseMs: LEASE_MS };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fromFileUrl(import.meta.resolve("./killed_process.ts")), JSON.stringify(task)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (output.includes("paused")) child.kill("SIGKILL");
  }
  assertStringIncludes(output, "paused");
  assertEquals((await child.status).signal, "SIGKILL");
}

const begun = ["before a STARTED", "before a EXECUTED"];

const cases: readonly {
  readonly what: string;
  readonly pauseIn: Method;
  readonly said: Pick<Said, "transactional" | "fails">;
  readonly left: readonly string[];
  readonly next: Calls;
  readonly added: readonly string[];
}[] = [
  {
    what: "its before step",
    pauseIn: "before",
    said: {},
    left: ["before a STARTED"],
    next: ["rollback before a", "before a", "execution a"],
    added: ["before a ROLLED_BACK", ...begun, "a EXECUTED"],
  },
  {
    what: "its transaction behind the before step",
    pauseIn: "execution",
    said: {},
    left: begun,
    next: ["execution a"],
    added: ["a EXECUTED"],
  },
  {
    what: "its execution without a transaction behind the before step",
    pauseIn: "execution",
    said: { transactional: false },
    left: [...begun, "a STARTED"],
    next: ["rollback a", "execution a"],
    added: ["a ROLLED_BACK", "a STARTED", "a EXECUTED"],
  },
  {
    what: "the rollback of its before step",
    pauseIn: "rollback before",
    said: { fails: ["execution"] },
    left: [...begun, "a FAILED", "before a STARTED"],
    next: ["rollback before a", "before a", "execution a"],
    added: ["before a ROLLED_BACK", ...begun, "a EXECUTED"],
  },
];

for (const { what, pauseIn, said, left, next, added } of cases) {
  const name = `SIGKILL in a unit in ${what}: the next run settles the before step and the unit`;
  const check = async (bench: Bench) => {
    await killIn(bench, pauseIn, said);
    assertEquals(await linesOf(bench), left);
    const calls: Calls = [];
    const { transactional = true } = said;
    const unit = unitsOn(bench, calls)("1", "a", { transactional, before: true });
    const report = await (await runnerOn(bench, [unit], { lock: { leaseMs: LEASE_MS } })).migrate();
    assertEquals(report.executed.map(({ id }) => id), ["a"]);
    assertEquals([calls, (await linesOf(bench)).slice(left.length)], [next, [...added]]);
    assertEquals(await bench.data(), { a: 1, "before a": 1 });
  };
  onSqlite(name, check);
  onMongodb(name, check);
}
