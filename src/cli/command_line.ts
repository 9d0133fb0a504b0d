import { isOperand } from "./operand.ts";
import { type OptionDefinition, writtenAs } from "./option.ts";
import type { Flags } from "./flags.ts";
import type { CommandCall } from "./program.ts";

/** A command line for people to type: with the options that every command has as they were given, but without secrets. */
export function commandLine(words: string, { database, migrations, config, environment, profiles }: Flags): string {
  const options = [
    ...(database === undefined ? [] : ["--database", withoutSecrets(database)]),
    ...(migrations === undefined ? [] : ["--migrations", migrations]),
    ...(config === undefined ? [] : ["--config", config]),
    ...(environment === undefined ? [] : ["--environment", environment]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
  return ["denock", words, ...options.map(quote)].join(" ");
}

/** A command with its own options, as it was typed: the words that stand in front of the other options. */
export function commandWords({ command, options }: Omit<CommandCall, "flags">): string {
  const words = Object.entries(command.options).flatMap(([name, definition]) => write(name, definition, options[name]));
  return [command.name, ...words].join(" ");
}

function write(name: string, definition: OptionDefinition<unknown>, value: unknown): string[] {
  if (value === undefined || value === false) return [];
  if (isOperand(definition)) return [quote(String(value))];
  const written = writtenAs(name);
  if (definition.placeholder === undefined) return [written];
  return (Array.isArray(value) ? value : [value]).flatMap((each) => [written, quote(String(each))]);
}

/** A URL with a password is better kept in the environment anyway. */
function withoutSecrets(url: string): string {
  return /[@?]/.test(url) && !url.startsWith("sqlite:") ? "$DENOCK_DATABASE" : url;
}

function quote(word: string): string {
  if (word === "$DENOCK_DATABASE") return `"${word}"`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
