import { assertEquals } from "@std/assert";
import { DEFAULT_RULES, reasonToSkip, type VersionRange } from "../../src/plan/plan_rules.ts";
import { file, unitOf } from "../fixtures/planned.ts";

Deno.test("DEFAULT_RULES stop wherever going on could do harm", () => {
  assertEquals(DEFAULT_RULES, {
    edited: "stop",
    missing: "stop",
    missingNewer: "warn",
    outOfOrder: "stop",
    profiles: [],
    systemVersion: {},
  });
});

const profileCases: [wanted: string[], active: string[], reason: string | undefined][] = [
  [[], [], undefined],
  [[], ["production"], undefined],
  [["production"], ["production"], undefined],
  [["production"], ["test", "production"], undefined],
  [["production", "staging"], ["staging"], undefined],
  [["production"], ["test"], "none of its profiles (production) is active"],
  [["production", "staging"], ["test"], "none of its profiles (production, staging) is active"],
  [["production"], [], "none of its profiles (production) is active"],
  [["Production"], ["production"], "none of its profiles (Production) is active"],
  [["default"], [], undefined],
  [["default"], ["production"], "none of its profiles (default) is active"],
  [["!default"], [], 'the profile "default" is active and it excludes that'],
  [["!default"], ["production"], undefined],
  [["!test"], [], undefined],
  [["!test"], ["production"], undefined],
  [["!test"], ["production", "test"], 'the profile "test" is active and it excludes that'],
  [["!test", "!staging"], ["staging"], 'the profile "staging" is active and it excludes that'],
  [["production", "!europe"], ["production"], undefined],
  [["production", "!europe"], ["production", "europe"], 'the profile "europe" is active and it excludes that'],
  [["production", "!europe"], ["test"], "none of its profiles (production) is active"],
];

for (const [wanted, active, reason] of profileCases) {
  const shown = `[${wanted.join(", ")}] with [${active.join(", ")}] active`;
  Deno.test(`reasonToSkip() ${reason === undefined ? "runs" : "skips"} profiles ${shown}`, () => {
    const unit = unitOf(file("1_a.ts", { profiles: wanted }));
    assertEquals(reasonToSkip(unit, { ...DEFAULT_RULES, profiles: active }), reason);
  });
}

const versionCases: [version: string, range: VersionRange, reason: string | undefined][] = [
  ["2", {}, undefined],
  ["2", { from: "2" }, undefined],
  ["2", { to: "2" }, undefined],
  ["2", { from: "2.0", to: "2.0.0" }, undefined],
  ["10", { from: "9" }, undefined],
  ["2-alpha", { from: "2" }, "its system version 2-alpha is below 2"],
  ["1.9", { from: "1.10", to: "3" }, "its system version 1.9 is below 1.10"],
  ["3.0.1", { from: "1", to: "3" }, "its system version 3.0.1 is above 3"],
  ["0", { from: "1" }, "its system version 0 is below 1"],
];

for (const [systemVersion, range, reason] of versionCases) {
  const shown = `version ${systemVersion} from ${range.from ?? "any"} to ${range.to ?? "any"}`;
  Deno.test(`reasonToSkip() ${reason === undefined ? "runs" : "skips"} ${shown}`, () => {
    const unit = unitOf(file("1_a.ts", { systemVersion }));
    assertEquals(reasonToSkip(unit, { ...DEFAULT_RULES, systemVersion: range }), reason);
  });
}
