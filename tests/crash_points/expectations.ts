import { assert } from "@std/assert";
import type { ErrorCode } from "../../mod.ts";
import type { Fault } from "./faults.ts";
import type { Scenario } from "./scenario.ts";
import type { Ending } from "./world.ts";

/** What a call is to an execution. */
type Part = "look" | "lease" | "record" | "transaction" | "open work" | "upkeep" | "release";

const PARTS: Readonly<Record<string, Part>> = {
  prepare: "look",
  readHistory: "look",
  acquireLease: "lease",
  append: "record",
  begin: "transaction",
  "append inside": "transaction",
  fence: "transaction",
  commit: "transaction",
  renewLease: "upkeep",
  evict: "upkeep",
  releaseLease: "release",
};

/** How an execution may end when nothing works any more, and when that begins with its lease running out. */
const ENDINGS: readonly [ErrorCode[], ErrorCode[]] = [
  ["HISTORY_NOT_WRITTEN", "CHANGE_FAILED"],
  ["HISTORY_NOT_WRITTEN", "CHANGE_FAILED", "LOCK_LOST"],
];

/** An execution ends as it must when this call has failed. */
export function assertEndsAsItMust({ error }: Ending, fault: Fault, call: string, scenario: Scenario): void {
  const expected = expectedCodes(fault, call, scenario);
  const code = error?.code ?? null;
  assert(expected.includes(code), `it ends with ${code} instead of ${expected.join(" or ")}`);
}

function expectedCodes({ kind, lasts, at }: Fault, call: string, scenario: Scenario): (ErrorCode | null)[] {
  const part = partOf(call, scenario);
  if (kind.startsWith("crash") || part === "release") return [null];
  const isUnknown = kind.startsWith("unknown");
  if (part === "look" || part === "lease") {
    // A database that was never reached is likely to be a wrong address.
    const isWorthIt = kind === "transient" || (isUnknown && (part === "lease" || (call === "readHistory" && at > 1)));
    return [lasts === "once" && isWorthIt ? null : "DATABASE_UNREACHABLE"];
  }
  if (lasts === "for good") {
    if (part === "record") return ["HISTORY_NOT_WRITTEN"];
    // A rollback that is repeated goes on until the lease is over, which nobody can renew either.
    const losesLease = part === "upkeep" || (part === "open work" && kind === "transient");
    return ENDINGS[losesLease ? 1 : 0];
  }
  if (part === "open work") {
    // A rollback looks before it undoes, and so may be repeated.
    const isRepeated = kind === "transient" && call.startsWith("use: rollback");
    return [isRepeated ? null : "CHANGE_FAILED"];
  }
  if (part === "upkeep") return [null];
  if (kind === "permanent") return [part === "record" ? "HISTORY_NOT_WRITTEN" : "CHANGE_FAILED"];
  // Without an entry of its own nobody can look up whether it was committed.
  return [isUnknown && call === "commit" && scenario.recordRepeats === false ? "CHANGE_FAILED" : null];
}

function partOf(call: string, { units, operation, strategy }: Scenario): Part {
  const [, method, id] = /^use: (.+) of (\w+)\./.exec(call) ?? [];
  if (id === undefined) return PARTS[call] ?? "record";
  const isTransactional = strategy !== "none" && units.some((unit) => unit.id === id && unit.transactional);
  const isInside = isTransactional && method === (operation === "undo" ? "rollback" : "execution");
  return isInside ? "transaction" : "open work";
}
