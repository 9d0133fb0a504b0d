import type { LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { compareVersions } from "./version.ts";

/** A range of versions, both ends included. */
export interface VersionRange {
  /** The lowest version, or none. */
  readonly from?: string;
  /** The highest version, or none. */
  readonly to?: string;
}

/** What a plan does in the situations in which there is a choice. */
export interface PlanRules {
  /**
   * An executed change unit was edited.
   *
   * @default {"stop"}
   */
  readonly edited: "stop" | "warn";
  /**
   * The file of an executed change unit is gone.
   *
   * @default {"stop"}
   */
  readonly missing: "stop" | "warn";
  /**
   * The same, but it was newer than every file there is: an older release is starting.
   *
   * @default {"warn"}
   */
  readonly missingNewer: "stop" | "warn";
  /**
   * A pending change unit is ordered before an executed one.
   *
   * @default {"stop"}
   */
  readonly outOfOrder: "stop" | "run";
  /**
   * The active profiles; without any, `default` is active.
   *
   * @default {[]}
   */
  readonly profiles: readonly string[];
  /**
   * The versions of the system whose change units run.
   *
   * @default {{}}
   */
  readonly systemVersion: VersionRange;
}

/** The rules that hold where nothing else is said. */
export const DEFAULT_RULES: PlanRules = {
  edited: "stop",
  missing: "stop",
  missingNewer: "warn",
  outOfOrder: "stop",
  profiles: [],
  systemVersion: {},
};

/** Why a change unit does not concern this runner, or undefined when it does. */
export function reasonToSkip(unit: LoadedChangeUnit, rules: PlanRules): string | undefined {
  return profileMismatch(unit.profiles, rules.profiles) ?? versionMismatch(unit.systemVersion, rules.systemVersion);
}

function profileMismatch(wanted: readonly string[], configured: readonly string[]): string | undefined {
  if (wanted.length === 0) return undefined;
  const active = configured.length === 0 ? ["default"] : configured;
  const excluded = wanted.find((profile) => profile.startsWith("!") && active.includes(profile.slice(1)));
  if (excluded !== undefined) return `the profile "${excluded.slice(1)}" is active and it excludes that`;
  const positive = wanted.filter((profile) => !profile.startsWith("!"));
  if (positive.length === 0 || positive.some((profile) => active.includes(profile))) return undefined;
  return `none of its profiles (${positive.join(", ")}) is active`;
}

function versionMismatch(version: string, { from, to }: VersionRange): string | undefined {
  if (from !== undefined && compareVersions(version, from) < 0) return `its system version ${version} is below ${from}`;
  if (to !== undefined && compareVersions(version, to) > 0) return `its system version ${version} is above ${to}`;
  return undefined;
}
