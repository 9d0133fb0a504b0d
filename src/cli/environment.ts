import { nearest } from "../change_unit/nearest.ts";
import type { DenockConfig, EnvironmentConfig } from "./configuration.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The configuration in one of its environments: what that says comes before what holds for all, in `rules` and `lock` member by
 * member. Without a name it is what holds for all.
 *
 * @throws {UsageError} when there is no environment of that name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configurationIn } from "./environment.ts";
 *
 * const config = { migrations: "./migrations", environments: { test: { database: "sqlite::memory:" } } };
 * assertEquals(configurationIn(config, "test"), { migrations: "./migrations", database: "sqlite::memory:" });
 * ```
 */
export function configurationIn(config: DenockConfig, name: string | undefined): EnvironmentConfig {
  const { environments = {}, ...all } = config;
  if (name === undefined) return all;
  const own = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (own === undefined) throw unknownEnvironment(name, Object.keys(environments));
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return {
    ...all,
    ...said,
    ...(all.rules && own.rules && { rules: { ...all.rules, ...own.rules } }),
    ...(all.lock && own.lock && { lock: { ...all.lock, ...own.lock } }),
  };
}

function unknownEnvironment(name: string, known: readonly string[]): UsageError {
  // A name that is long or has signs in it may be anything, also a password.
  const shown = /^[\w-]{1,30}$/.test(name) ? `"${name}"` : "of that name";
  const message = `The configuration has no environment ${shown}`;
  if (known.length === 0) return new UsageError(message, ["Add it: `environments: { … }` in the configuration"]);
  const suggestion = nearest(name, known);
  return new UsageError(message, [
    suggestion === undefined ? `Name one that is there: ${known.join(", ")}` : `Did you mean "${suggestion}"?`,
  ]);
}
