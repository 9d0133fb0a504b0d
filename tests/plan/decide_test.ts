import { assertEquals, assertStrictEquals } from "@std/assert";
import type { LoadedChangeUnit } from "../../src/change_unit/change_unit.ts";
import type { EntryDraft } from "../../src/history/change_entry.ts";
import type { PlannedChange } from "../../src/plan/plan.ts";
import type { PlanRules } from "../../src/plan/plan_rules.ts";
import type { ProblemCode } from "../../src/report.ts";
import { historyOf } from "../fixtures/log.ts";
import { entryOf, file, plan, type PlanSettings } from "../fixtures/planned.ts";

interface Row {
  readonly what: string;
  readonly says?: Partial<LoadedChangeUnit>;
  readonly entries?: readonly EntryDraft[];
  readonly settings?: PlanSettings;
  readonly decision: PlannedChange["decision"];
  readonly reason: string;
  readonly problem?: readonly [ProblemCode, "error" | "warning"];
}

/** An entry of the change unit that the rows are about. */
function entry(state: EntryDraft["state"], said: Partial<EntryDraft> = {}): EntryDraft {
  return entryOf("2_b.ts", { state, ...said });
}

function under(rules: Partial<PlanRules>): PlanSettings {
  return { rules };
}

const edited = { checksum: "sha256:edited" };
const laterExecuted = entryOf("3_c.ts");
const always = { runAlways: true };

const rows: Row[] = [
  { what: "pending", decision: "run", reason: "pending" },
  { what: "executed", entries: [entry("EXECUTED")], decision: "done", reason: "executed" },
  { what: "failed", entries: [entry("FAILED")], decision: "run", reason: "it failed before" },
  {
    what: "rolled back",
    entries: [entry("STARTED"), entry("ROLLED_BACK")],
    decision: "run",
    reason: "it was rolled back before",
  },
  {
    what: "rolled back, also by undo",
    entries: [entry("EXECUTED"), entry("ROLLED_BACK", { operation: "UNDO" })],
    decision: "run",
    reason: "it was rolled back before",
  },
  {
    what: "failed and edited since",
    says: edited,
    entries: [entry("FAILED")],
    decision: "run",
    reason: "it failed before",
  },
  { what: "ignored", entries: [entry("IGNORED")], decision: "run", reason: "pending" },
  {
    what: "edited after it was executed",
    says: edited,
    entries: [entry("EXECUTED")],
    decision: "stop",
    reason: "edited after it was executed",
    problem: ["CHANGE_EDITED", "error"],
  },
  {
    what: "edited after it was executed, with the rule to warn",
    says: edited,
    entries: [entry("EXECUTED")],
    settings: under({ edited: "warn" }),
    decision: "done",
    reason: "edited after it was executed",
    problem: ["CHANGE_EDITED", "warning"],
  },
  {
    what: "to be run always",
    says: always,
    entries: [entry("EXECUTED", always)],
    decision: "run",
    reason: "it runs in every execution",
  },
  {
    what: "to be run always and edited",
    says: { ...always, ...edited },
    entries: [entry("EXECUTED", always)],
    decision: "run",
    reason: "it runs in every execution",
  },
  {
    what: "to be run always no more",
    says: edited,
    entries: [entry("EXECUTED", always)],
    decision: "stop",
    reason: "edited after it was executed",
    problem: ["CHANGE_EDITED", "error"],
  },
  {
    what: "to be run on change and unchanged",
    says: { runOnChange: true },
    entries: [entry("EXECUTED")],
    decision: "done",
    reason: "executed",
  },
  {
    what: "to be run on change and edited",
    says: { runOnChange: true, ...edited },
    entries: [entry("EXECUTED")],
    decision: "run",
    reason: "it was edited and runs on change",
  },
  {
    what: "pending but ordered before an executed one",
    entries: [laterExecuted],
    decision: "stop",
    reason: "ordered before 3, which was executed",
    problem: ["CHANGE_OUT_OF_ORDER", "error"],
  },
  {
    what: "ordered before an executed one, with the rule to run",
    entries: [laterExecuted],
    settings: under({ outOfOrder: "run" }),
    decision: "run",
    reason: "pending",
  },
  {
    what: "ordered before an executed one, and says itself that it may run",
    says: { outOfOrder: true },
    entries: [laterExecuted],
    decision: "run",
    reason: "pending",
  },
  {
    what: "failed and ordered before an executed one",
    entries: [entry("FAILED"), laterExecuted],
    decision: "run",
    reason: "it failed before",
  },
  {
    what: "ordered before one that only failed",
    entries: [entryOf("3_c.ts", { state: "FAILED" })],
    decision: "run",
    reason: "pending",
  },
  {
    what: "of another profile",
    says: { profiles: ["production"] },
    settings: under({ profiles: ["test"] }),
    decision: "skip",
    reason: "none of its profiles (production) is active",
  },
  {
    what: "of another profile, but executed",
    says: { profiles: ["production"] },
    entries: [entry("EXECUTED")],
    settings: under({ profiles: ["test"] }),
    decision: "done",
    reason: "executed",
  },
  {
    what: "of another profile and to be run always",
    says: { profiles: ["production"], runAlways: true },
    entries: [entry("EXECUTED", always)],
    settings: under({ profiles: ["test"] }),
    decision: "skip",
    reason: "none of its profiles (production) is active",
  },
  {
    what: "of another profile and ordered before an executed one",
    says: { profiles: ["production"] },
    entries: [laterExecuted],
    settings: under({ profiles: ["test"] }),
    decision: "skip",
    reason: "none of its profiles (production) is active",
  },
  {
    what: "of another system version",
    says: { systemVersion: "2" },
    settings: under({ systemVersion: { to: "1.9" } }),
    decision: "skip",
    reason: "its system version 2 is above 1.9",
  },
  {
    what: "transactional on a database without transactions",
    settings: { supported: false },
    decision: "stop",
    reason: "the database has no transactions",
    problem: ["TRANSACTIONS_UNSUPPORTED", "error"],
  },
  {
    what: "not transactional on a database without transactions",
    says: { transactional: false },
    settings: { supported: false },
    decision: "run",
    reason: "pending",
  },
  {
    what: "transactional on a database without transactions, with the strategy none",
    settings: { supported: false, strategy: "none" },
    decision: "run",
    reason: "pending",
  },
  {
    what: "transactional, with one transaction for all",
    settings: { strategy: "run" },
    decision: "run",
    reason: "pending",
  },
  {
    what: "silent about transactions where a change of the schema commits, so without a transaction",
    settings: { supported: false, byDefault: false },
    decision: "run",
    reason: "pending",
  },
  {
    what: "transactional where a change of the schema commits",
    says: { transactional: true },
    settings: { supported: false, byDefault: false },
    decision: "stop",
    reason: "the database has no transactions",
    problem: ["TRANSACTIONS_UNSUPPORTED", "error"],
  },
  {
    what: "executed on a database without transactions",
    entries: [entry("EXECUTED")],
    settings: { supported: false },
    decision: "done",
    reason: "executed",
  },
];

for (const { what, says, entries = [], settings, decision, reason, problem } of rows) {
  Deno.test(`decide() gives "${decision}" to a change unit that is ${what}`, async () => {
    const later = entries.includes(laterExecuted) ? [file("3_c.ts")] : [];
    const { changes, problems } = plan([file("2_b.ts", says), ...later], await historyOf(...entries), settings);
    const change = changes.find(({ id }) => id === "b");
    assertEquals([change?.decision, change?.reason], [decision, reason]);
    assertEquals(problems.map(({ code, severity }) => [code, severity]), problem === undefined ? [] : [[...problem]]);
  });
}

const transactionCases: [says: Partial<LoadedChangeUnit>, strategy: "change" | "none", expected: boolean][] = [
  [{}, "change", true],
  [{ transactional: false }, "change", false],
  [{}, "none", false],
  [{ transactional: false }, "none", false],
];

for (const [says, strategy, expected] of transactionCases) {
  const unit = says.transactional === false ? "non-transactional" : "transactional";
  Deno.test(`decide() runs a ${unit} unit ${expected ? "in" : "without"} a transaction with strategy ${strategy}`, async () => {
    const [step] = plan([file("1_a.ts", says)], await historyOf(), { strategy }).steps;
    assertStrictEquals(step?.transactional, expected);
  });
}
