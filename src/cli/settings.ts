import { stripVTControlCharacters } from "node:util";
import { dirname } from "@std/path/dirname";
import { fromFileUrl } from "@std/path/from-file-url";
import { relative } from "@std/path/relative";
import { resolve } from "@std/path/resolve";
import { toFileUrl } from "@std/path/to-file-url";
import type { RunnerOptions } from "../run/runner_options.ts";
import { checkConfiguration } from "./check_configuration.ts";
import type { DenockConfig, EnvironmentConfig } from "./configuration.ts";
import { parseDatabaseUrl } from "./database_url.ts";
import type { StoredNames } from "./databases/database_kind.ts";
import { type DatabaseUrl, kindOf } from "./databases/database_kinds.ts";
import { configurationIn } from "./environment.ts";
import { lookFor, readEnvironment } from "./permitted.ts";
import type { Flags } from "./flags.ts";
import type { Secrets } from "./secrets.ts";
import { UsageError } from "./usage_error.ts";

/** Where the configuration is looked for. */
export const DEFAULT_CONFIG = "denock.config.ts";
const DEFAULT_MIGRATIONS = "./migrations";

/** What a command works with, from the command line, the environment and the configuration. */
export interface Settings {
  /** The database, if one is named anywhere; the path of a file is absolute. */
  readonly database: DatabaseUrl | undefined;
  /** The migrations folder as people see it: relative to the working folder. */
  readonly migrations: string;
  /** What a person should know about how these came about. */
  readonly notes: readonly string[];
  /** What the driver calls its tables or collections, where that is not left to it. */
  readonly names: StoredNames;
  /** The rest of what a runner needs to know. */
  readonly runner: Omit<RunnerOptions<object>, "driver" | "migrations">;
}

/**
 * Brings together what the command line, the environment and the configuration say, in this order of precedence.
 *
 * @throws {UsageError} when something in there is wrong or missing.
 */
export async function loadSettings(flags: Flags, secrets: Secrets): Promise<Settings> {
  const { path, notes } = await findConfiguration(flags);
  const whole = path === undefined ? {} : await loadConfiguration(path);
  for (const { database } of [whole, ...Object.values(whole.environments ?? {})]) {
    if (database !== undefined) secrets.add(database);
  }
  const config = configurationIn(whole, flags.environment ?? readEnvironment("DENOCK_ENVIRONMENT"));
  const folder = path === undefined ? "." : dirname(path);
  return {
    database: findDatabase(flags, config, folder, secrets),
    migrations: flags.migrations ?? findMigrations(config, folder),
    notes,
    names: { history: config.historyName, lease: config.leaseName },
    runner: { ...runnerOptions(flags, config), redact: (text) => secrets.redact(text) },
  };
}

/**
 * The database of the settings.
 *
 * @throws {UsageError} when none is named anywhere.
 */
export function needDatabase({ database }: Settings): DatabaseUrl {
  if (database !== undefined) return database;
  throw new UsageError("No database is given", [
    "Name it: --database sqlite:./shop.db or --database mongodb://localhost/shop",
    "Or set the environment variable DENOCK_DATABASE (and allow it: --allow-env=DENOCK_DATABASE)",
    `Or write it into ${DEFAULT_CONFIG} (and allow reading it)`,
  ]);
}

async function findConfiguration({ config }: Flags): Promise<{ path?: string; notes: readonly string[] }> {
  if (config !== undefined) return { path: resolve(config), notes: [] };
  const path = resolve(DEFAULT_CONFIG);
  switch (await lookFor(path)) {
    case "there":
      return { path, notes: [] };
    case "not there":
      return { notes: [] };
    case "not allowed":
      return { notes: [`not looking for ${DEFAULT_CONFIG}: that takes --allow-read=${DEFAULT_CONFIG}`] };
  }
}

async function loadConfiguration(path: string): Promise<DenockConfig> {
  const shown = relative(resolve(), path);
  let module: { readonly default?: unknown };
  try {
    module = await import(toFileUrl(path).href);
  } catch (error) {
    const message = `The configuration ${shown} cannot be loaded: ${withoutExcerpt(error)}`;
    throw new UsageError(message, ["Mend it, or name another with --config"]);
  }
  const config = ownValues(module.default);
  const complaints = "default" in module
    ? checkConfiguration(config)
    : ["It has no default export: write `export default defineConfig({…})`"];
  if (complaints.length === 0) return config as DenockConfig;
  const list = complaints.map((complaint) => `\n  ${complaint}`).join("");
  throw new UsageError(`The configuration ${shown} is wrong:${list}`, ["Mend it and run again"]);
}

/** What is inherited is not looked at, and what a getter gives the next time may be something else. */
function ownValues(config: unknown): unknown {
  const isRecord = typeof config === "object" && config !== null && !Array.isArray(config) && !(config instanceof URL);
  return isRecord ? Object.assign(Object.create(null), config) : config;
}

/** A syntax error quotes what it has found, and what it has found may be a password. */
function withoutExcerpt(error: unknown): string {
  const message = error instanceof Error ? stripVTControlCharacters(error.message) : String(error);
  if (!message.startsWith("SyntaxError")) return message.split("\n", 1)[0] ?? "";
  const place = /\bat file:\S+?:(\d+:\d+)/.exec(message)?.[1];
  return `it has a syntax error${place === undefined ? "" : ` at ${place}`}`;
}

function findDatabase(
  flags: Flags,
  config: EnvironmentConfig,
  folder: string,
  secrets: Secrets,
): DatabaseUrl | undefined {
  const named = flags.database ?? readEnvironment("DENOCK_DATABASE");
  const url = named ?? config.database;
  if (url === undefined) return undefined;
  secrets.add(url);
  const database = parseDatabaseUrl(url);
  return kindOf(database).resolve?.(database, named === undefined ? folder : ".") ?? database;
}

function findMigrations({ migrations }: EnvironmentConfig, folder: string): string {
  if (migrations === undefined) return DEFAULT_MIGRATIONS;
  const path = migrations instanceof URL ? fromFileUrl(migrations) : resolve(folder, migrations);
  return relative(resolve(), path) || ".";
}

function runnerOptions({ profiles }: Flags, config: EnvironmentConfig): Settings["runner"] {
  const { lock, defaultAuthor, transactionStrategy, unitsPerTransaction, metadata, recordRepeats, dependencies } =
    config;
  const rules = profiles.length === 0 ? config.rules : { ...config.rules, profiles };
  return {
    ...(rules && { rules: defined(rules) }),
    ...(lock && { lock: defined(lock) }),
    ...(defaultAuthor !== undefined && { defaultAuthor }),
    ...(transactionStrategy && { transactionStrategy }),
    ...(unitsPerTransaction !== undefined && { unitsPerTransaction }),
    ...(metadata && { metadata }),
    ...(recordRepeats !== undefined && { recordRepeats }),
    ...(dependencies && { dependencies }),
  };
}

/** A key that is there but undefined would take the place of its default. */
function defined<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
