import { nearest } from "../change_unit/nearest.ts";
import type { PlanRules, VersionRange } from "../plan/plan_rules.ts";
import type { LockOptions } from "../run/lock_options.ts";
import type { RunnerOptions } from "../run/runner_options.ts";
import type { DenockConfig, EnvironmentConfig } from "./configuration.ts";

interface Expectation {
  readonly accepts: (value: unknown) => boolean;
  readonly expected: string;
  /** Whether a value that is not accepted may be quoted. */
  readonly isSecret?: true;
}

type Expectations<Shape> = { readonly [Key in keyof Required<Shape>]: Expectation | Group | Members };

interface Group {
  readonly group: Readonly<Record<string, Expectation | Group | Members>>;
}

/** An object whose members have names of their own. */
interface Members {
  readonly each: Group;
}

const TEXT: Expectation = {
  accepts: (value) => typeof value === "string" && value.trim() !== "",
  expected: "a text that is not empty",
};

const VERSION_RANGE: Expectations<VersionRange> = { from: TEXT, to: TEXT };

const RULES: Expectations<PlanRules> = {
  edited: oneOf("stop", "warn"),
  missing: oneOf("stop", "warn"),
  missingNewer: oneOf("stop", "warn"),
  outOfOrder: oneOf("stop", "run"),
  profiles: {
    accepts: (value) =>
      Array.isArray(value) && value.every((name) => typeof name === "string" && /^[^!\s]+$/.test(name)),
    expected: "a list of profile names",
  },
  systemVersion: { group: VERSION_RANGE },
};

const LOCK: Expectations<LockOptions> = {
  leaseMs: milliseconds(1),
  pollMs: milliseconds(1),
  waitMs: milliseconds(0),
};

const STRATEGIES: Readonly<Record<NonNullable<RunnerOptions<object>["transactionStrategy"]>, true>> = {
  change: true,
  run: true,
  none: true,
};

const ENVIRONMENT: Expectations<EnvironmentConfig> = {
  database: { ...TEXT, isSecret: true },
  migrations: {
    accepts: (value) => TEXT.accepts(value) || (value instanceof URL && value.protocol === "file:"),
    expected: "the path or the file: URL of a folder",
  },
  rules: { group: RULES },
  lock: { group: LOCK },
  defaultAuthor: TEXT,
  transactionStrategy: oneOf(...Object.keys(STRATEGIES)),
  unitsPerTransaction: {
    accepts: (value) => Number.isInteger(value) && Number(value) >= 1,
    expected: "a whole number from 1",
  },
  recordRepeats: { accepts: (value) => typeof value === "boolean", expected: "true or false" },
  dependencies: { accepts: isRecord, expected: "an object with the dependencies by name" },
  historyName: TEXT,
  leaseName: TEXT,
  metadata: { accepts: (value) => isRecord(value) && isJson(value), expected: "an object that JSON can hold" },
};

const CONFIGURATION: Expectations<DenockConfig> = {
  ...ENVIRONMENT,
  environments: { each: { group: ENVIRONMENT } },
};

/** Everything that is wrong with a configuration; nothing when it is a {@link DenockConfig}. */
export function checkConfiguration(config: unknown): string[] {
  if (!isRecord(config)) return ["Its default export must be an object: `export default defineConfig({…})`"];
  return checkGroup(config, CONFIGURATION, "");
}

function checkGroup(said: Readonly<Record<string, unknown>>, known: Group["group"], path: string): string[] {
  return Object.entries(said).flatMap(([key, value]) => {
    const name = `${path}${key}`;
    const expectation = Object.hasOwn(known, key) ? known[key] : undefined;
    if (expectation === undefined) return [unknownKey(key, Object.keys(known), path)];
    if (value === undefined) return [];
    if ("group" in expectation || "each" in expectation) {
      if (!isRecord(value)) return [`\`${name}\` must be an object: it is ${describe(value)}`];
      if ("group" in expectation) return checkGroup(value, expectation.group, `${name}.`);
      const members = Object.fromEntries(Object.keys(value).map((member) => [member, expectation.each]));
      return checkGroup(value, members, `${name}.`);
    }
    if (expectation.accepts(value)) return [];
    const found = expectation.isSecret ? `of type ${typeof value}` : describe(value);
    return [`\`${name}\` must be ${expectation.expected}: it is ${found}`];
  });
}

function unknownKey(key: string, known: readonly string[], path: string): string {
  const suggestion = nearest(key, known);
  const instead = suggestion === undefined
    ? `: there are ${known.map((each) => `\`${path}${each}\``).join(", ")}`
    : `: did you mean \`${path}${suggestion}\``;
  return `\`${path}${key}\` is nothing a configuration has${instead}`;
}

function oneOf(...choices: readonly string[]): Expectation {
  const quoted = choices.map((choice) => `"${choice}"`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return { accepts: (value) => choices.includes(value as string), expected };
}

function milliseconds(lowest: number): Expectation {
  return {
    accepts: (value) => typeof value === "number" && Number.isFinite(value) && value >= lowest,
    expected: `a number of milliseconds, at least ${lowest}`,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof URL);
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  try {
    // This is what finds a circle.
    JSON.stringify(value);
  } catch {
    return false;
  }
  return Object.values(value).every(isJson);
}

function describe(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
