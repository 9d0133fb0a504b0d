import { assertEquals, assertStrictEquals } from "@std/assert";
import { shareTransaction } from "../../src/plan/share_transaction.ts";
import { historyOf } from "../fixtures/log.ts";
import { decisions, file, onlyProblem, plan } from "../fixtures/planned.ts";

Deno.test("shareTransaction() stops at a change unit that is not transactional, with one transaction for all", async () => {
  const files = [file("1_a.ts"), file("2_b.ts", { transactional: false })];
  const whole = plan(files, await historyOf(), { strategy: "run" });
  const shared = shareTransaction(whole, "run");
  assertEquals(onlyProblem(shared).code, "TRANSACTION_NOT_SHARED");
  assertEquals(decisions(shared), { "1_a.ts": "run", "2_b.ts": "stop" });
  assertEquals(shared.steps.map(({ unit }) => unit.id), ["a"]);
});

Deno.test("shareTransaction() leaves a plan as it is with other strategies, and when all can share", async () => {
  const mixed = plan([file("1_a.ts"), file("2_b.ts", { transactional: false })], await historyOf());
  assertStrictEquals(shareTransaction(mixed, "change"), mixed);
  const all = plan([file("1_a.ts"), file("2_b.ts")], await historyOf(), { strategy: "run" });
  assertStrictEquals(shareTransaction(all, "run"), all);
});

Deno.test("shareTransaction() says how to get a transaction to a change unit that gets none by default, and only to that", async () => {
  for (const [transactional, remedies] of [[null, 3], [false, 2]] as const) {
    const settings = { strategy: "run", byDefault: false } as const;
    const whole = plan([file("1_a.ts", { transactional })], await historyOf(), settings);
    assertEquals(onlyProblem(shareTransaction(whole, "run")).remedies.length, remedies);
  }
});
