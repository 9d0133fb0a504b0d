import type { CommandName, Flags } from "./program.ts";

/** A command line for people to type: with the options that were given, but without secrets. */
export function commandLine(command: CommandName, { database, migrations, config, profiles }: Flags): string {
  const options = [
    ...(database === undefined ? [] : ["--database", withoutSecrets(database)]),
    ...(migrations === undefined ? [] : ["--migrations", migrations]),
    ...(config === undefined ? [] : ["--config", config]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
  return ["denock", command, ...options.map(quote)].join(" ");
}

/** A URL with a password is better kept in the environment anyway. */
function withoutSecrets(url: string): string {
  return /[@?]/.test(url) && !url.startsWith("sqlite:") ? "$DENOCK_DATABASE" : url;
}

function quote(argument: string): string {
  if (argument === "$DENOCK_DATABASE") return `"${argument}"`;
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
