import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Limit, limitPlan } from "../../src/plan/limit_plan.ts";
import { shareTransaction } from "../../src/plan/share_transaction.ts";
import { historyOf } from "../fixtures/log.ts";
import { decisions, entryOf, file, onlyProblem, plan } from "../fixtures/planned.ts";

const files = ["1_a.ts", "2_b.ts", "3_c.ts", "10_d.ts"].map((name) => file(name));

const cases: [limit: Limit, kept: string[]][] = [
  [{}, ["b", "c", "d"]],
  [{ to: "d" }, ["b", "c", "d"]],
  [{ to: "c" }, ["b", "c"]],
  [{ to: "b" }, ["b"]],
  [{ to: "a" }, []],
  [{ count: 0 }, []],
  [{ count: 1 }, ["b"]],
  [{ count: 99 }, ["b", "c", "d"]],
  [{ to: "c", count: 1 }, ["b"]],
  [{ to: "b", count: 2 }, ["b"]],
];

for (const [limit, kept] of cases) {
  Deno.test(`limitPlan() with ${JSON.stringify(limit)} keeps [${kept.join(", ")}] of b, c and d`, async () => {
    const whole = plan(files, await historyOf(entryOf("1_a.ts")));
    const { changes, steps, problems } = limitPlan(whole, limit, "./migrations");
    assertEquals(steps.map(({ unit }) => unit.id), kept);
    assertEquals(problems, []);
    assertEquals(decisions({ changes }), {
      "1_a.ts": "done",
      "2_b.ts": kept.includes("b") ? "run" : "later",
      "3_c.ts": kept.includes("c") ? "run" : "later",
      "10_d.ts": kept.includes("d") ? "run" : "later",
    });
  });
}

Deno.test("limitPlan() takes the last of several change units with the id, and the others with it", async () => {
  const bobs = file("2_a.ts", { author: "bob", checksum: "sha256:bob" });
  const whole = plan([file("1_a.ts"), bobs, file("3_c.ts")], await historyOf());
  assertEquals(limitPlan(whole, { to: "a" }, "./migrations").steps.map(({ unit }) => unit.author), ["ann", "bob"]);
});

Deno.test("limitPlan() refuses a target that is not there, and names it and the source", async () => {
  const limited = limitPlan(plan(files, await historyOf()), { to: "nowhere" }, "./migrations");
  const problem = onlyProblem(limited);
  assertEquals([problem.code, problem.severity], ["TARGET_UNKNOWN", "error"]);
  assertStringIncludes(problem.message, '"nowhere"');
  assertStringIncludes(problem.message, "is not in ./migrations");
});

Deno.test("limitPlan() keeps the remedy of a change unit that cannot share one transaction: a limit in front of it", async () => {
  const direct = file("2_b.ts", { transactional: false });
  const whole = plan([file("1_a.ts"), direct, file("3_c.ts")], await historyOf(), { strategy: "run" });
  assertStringIncludes(onlyProblem(shareTransaction(whole, "run")).remedies.join("\n"), "with a limit in front of it");
  const { steps, problems } = shareTransaction(limitPlan(whole, { to: "a" }, "./migrations"), "run");
  assertEquals([steps.map(({ unit }) => unit.id), problems], [["a"], []]);
});
