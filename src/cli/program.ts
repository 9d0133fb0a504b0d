import { Command, CommanderError, InvalidArgumentError } from "commander";
import { nearest } from "../change_unit/nearest.ts";
import denock from "../../deno.json" with { type: "json" };
import { EXIT_CODES } from "./exit_code.ts";
import { UsageError } from "./usage_error.ts";

/** The name of a command. */
export type CommandName = "migrate" | "plan" | "list";

/** What the options of a command line say. */
export interface Flags {
  /** The URL of the database. */
  readonly database?: string;
  /** The migrations folder. */
  readonly migrations?: string;
  /** The configuration file. */
  readonly config?: string;
  /** The active profiles. */
  readonly profiles: readonly string[];
  /** Whether the result is for machines. */
  readonly json: boolean;
}

/** What a command line asks for: a command, or a text to be shown. */
export type Invocation =
  | { readonly command: CommandName; readonly flags: Flags }
  | { readonly command: "help" | "version"; readonly text: string };

/** The version of this package. */
export const VERSION: string = denock.version;

const COMMANDS: Readonly<Record<CommandName, string>> = {
  migrate: "Execute the change units that are pending",
  plan: "Show what migrate would do now, and change nothing",
  list: "Show every change unit and what the database's history says of it",
};

const OPTIONS = ["--database", "--migrations", "--config", "--profile", "--json", "--help", "--version"];

const EXAMPLES = `
Examples:
  denock plan --database sqlite:./shop.db
  denock migrate --database mongodb://localhost/shop --migrations ./migrations
  denock list --json

Exit codes:
${EXIT_CODES.map(({ code, reason }) => `  ${String(code).padStart(3)}  ${reason}`).join("\n")}`;

/**
 * Reads a command line.
 *
 * @throws {UsageError} when it asks for something that is not there.
 */
export function readArguments(args: readonly string[]): Invocation {
  let command: CommandName | undefined;
  let text = "";
  const program = makeProgram((chosen) => command = chosen, (shown) => text += shown);
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw explain(error, program.args);
    return { command: error.code === "commander.version" ? "version" : "help", text: text.trimEnd() };
  }
  if (command === undefined) throw noCommand();
  const { profile = [], ...flags } = program.opts<Omit<Flags, "profiles"> & { readonly profile?: readonly string[] }>();
  return { command, flags: { ...flags, profiles: profile } };
}

function makeProgram(choose: (command: CommandName) => void, show: (text: string) => void): Command {
  const program: Command = new Command("denock")
    .description("Apply database changes written as code, each exactly once, in order, by one process at a time.")
    .usage("<command> [options]")
    .option("--database <URL>", "sqlite:./shop.db, mongodb://… or mongodb+srv://… (else DENOCK_DATABASE)", value)
    .option("--migrations <DIR>", "the folder of the change units (else ./migrations)", value)
    .option("--config <FILE>", "the configuration (else ./denock.config.ts, if it is there)", value)
    .option("--profile <NAME>", "an active profile; may be repeated", collect)
    .option("--json", "print one JSON document on stdout, and nothing else there", false)
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", EXAMPLES);
  // None of this is asked of the environment: that would take a permission.
  const noWidth = { getOutHelpWidth: () => 110, getErrHelpWidth: () => 110 };
  const noColours = { getOutHasColors: () => false, getErrHasColors: () => false };
  program.exitOverride().showSuggestionAfterError(false)
    .configureOutput({ writeOut: show, writeErr: () => {}, ...noWidth, ...noColours });
  for (const [name, description] of Object.entries(COMMANDS)) {
    program.command(name).copyInheritedSettings(program).description(description).allowExcessArguments(false)
      .helpOption("-h, --help", "show this help")
      .action(() => choose(name as CommandName));
  }
  return program;
}

/** An option that follows where a value should be was meant as an option. */
function value(given: string): string {
  if (given === "" || given.startsWith("--")) throw new InvalidArgumentError("it has no value");
  return given;
}

function collect(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, value(given)];
}

/** Says what is wrong without repeating a value: somebody may have put a password there. */
function explain({ code, message }: CommanderError, args: readonly string[]): UsageError {
  const quoted = /'([^'=\s]*)/.exec(message)?.[1] ?? "";
  const option = quoted.split(",").at(-1)?.trim() ?? "";
  switch (code) {
    case "commander.unknownOption":
      return new UsageError(`There is no option ${quoted}${suggest(quoted, OPTIONS)}`, [SEE_HELP]);
    case "commander.unknownCommand": {
      const word = /^[\w-]{1,30}$/.test(args[0] ?? "") ? ` ${args[0]}` : " of that name";
      return new UsageError(`There is no command${word}${suggest(args[0] ?? "", Object.keys(COMMANDS))}`, [SEE_HELP]);
    }
    case "commander.excessArguments":
      return new UsageError(`The command ${args[0]} takes options only: ${OPTIONS.join(", ")}`, [SEE_HELP]);
    case "commander.optionMissingArgument":
    case "commander.invalidArgument":
      return new UsageError(`The option ${/--[\w-]+/.exec(message)?.[0] ?? option} needs a value`, [SEE_HELP]);
    case "commander.help":
      return noCommand();
    default:
      return new UsageError(message.replace(/^error: /, ""), [SEE_HELP]);
  }
}

function suggest(word: string, known: readonly string[]): string {
  const suggestion = nearest(word, known);
  return suggestion === undefined ? `: there are ${known.join(", ")}` : `: did you mean ${suggestion}`;
}

const SEE_HELP = "See: denock --help";

function noCommand(): UsageError {
  const commands = Object.entries(COMMANDS).map(([name, description]) => `denock ${name}: ${description}`);
  return new UsageError("No command is given", [...commands, SEE_HELP]);
}
