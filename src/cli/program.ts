import type { Flags } from "./flags.ts";
import { Command as Program, CommanderError, Option } from "commander";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_OPTIONS, type CommonOption } from "./common_options.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { explain, noCommand } from "./explain.ts";
import { isOperand } from "./operand.ts";
import { readText, writtenAs } from "./option.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./package_version.ts";

/** A command with everything that was said to it. */
export interface CommandCall {
  /** The command. */
  readonly command: Command;
  /** What its own options say. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the options say that every command has. */
  readonly flags: Flags;
}

/** What a command line asks for: a command, or a text to be shown. */
export type Invocation = CommandCall | { readonly text: string; readonly shown: "help" | "version" };

/**
 * Reads a command line.
 *
 * @throws {UsageError} when it asks for something that is not there.
 */
export function readArguments(words: readonly string[]): Invocation {
  let chosen: Omit<CommandCall, "flags"> | undefined;
  let text = "";
  const program = makeProgram((command, options) => chosen = { command, options }, (shown) => text += shown);
  try {
    program.parse(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw explain(error, program.args, COMMANDS);
    return { shown: error.code === "commander.version" ? "version" : "help", text: text.trimEnd() };
  }
  if (chosen === undefined) throw noCommand(COMMANDS);
  const { profile = [], json = false, quiet = false, verbose = false, ...flags } = program.opts<GivenFlags>();
  if (quiet && verbose) throw new UsageError("It cannot be quiet and verbose at once", ["Leave out one of the two"]);
  const detail = quiet ? "quiet" : verbose ? "verbose" : "normal";
  return { ...chosen, flags: { ...flags, json, detail, profiles: profile } };
}

/** What the library makes of the options that every command has. */
type GivenFlags = Partial<
  & Pick<Flags, "database" | "migrations" | "config" | "environment" | "json">
  & { readonly profile: Flags["profiles"]; readonly quiet: boolean; readonly verbose: boolean }
>;

type Choose = (command: Command, options: CommandCall["options"]) => void;

function makeProgram(choose: Choose, show: (text: string) => void): Program {
  const program: Program = new Program("denock")
    .description("Apply database changes written as code, each exactly once, in order, by one process at a time.")
    .usage("<command> [options]")
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", `\n${examples(COMMANDS.flatMap((each) => each.examples.slice(0, 1)))}\n\n${exitCodes()}`);
  for (const common of COMMON_OPTIONS) program.addOption(commonOption(common));
  program.version(VERSION, "-V, --version", "show the version");
  // None of this is asked of the environment: that would take a permission.
  const noWidth = { getOutHelpWidth: () => 110, getErrHelpWidth: () => 110 };
  const noColours = { getOutHasColors: () => false, getErrHasColors: () => false };
  program.exitOverride().showSuggestionAfterError(false)
    .configureOutput({ writeOut: show, writeErr: () => {}, ...noWidth, ...noColours });
  for (const command of COMMANDS) addCommand(program, command, choose);
  return program;
}

function commonOption({ option, placeholder, description, isRepeatable }: CommonOption): Option {
  if (placeholder === undefined) return new Option(option, description);
  const read = isRepeatable ? collect : readText;
  return new Option(`${option} <${placeholder}>`, description).argParser<unknown>(read);
}

function addCommand(program: Program, command: Command, choose: Choose): void {
  const [first = "", second] = command.name.split(" ");
  const parent = second === undefined ? program : findGroup(program, first);
  const added = parent.command(second ?? first).copyInheritedSettings(program)
    .description(command.description)
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", `\n${examples(command.examples)}`);
  for (const [name, definition] of Object.entries(command.options)) {
    const { placeholder, description, absent } = definition;
    if (isOperand(definition)) {
      added.argument(`<${placeholder}>`, description);
      continue;
    }
    const value = placeholder === undefined ? "" : ` <${placeholder}>`;
    const option = new Option(`${writtenAs(name)}${value}`, description);
    // Of `--no-pending` the library would make the opposite of an option that is not there.
    option.negate = false;
    if (placeholder !== undefined) option.argParser((given, before = absent) => definition.read(given, before));
    added.addOption(option);
  }
  added.action(() => {
    const given = added.opts();
    const values = Object.entries(command.options).map(([name, definition]) => {
      return [name, isOperand(definition) ? added.args[0] : given[name] ?? definition.absent];
    });
    choose(command, Object.fromEntries(values));
  });
}

function findGroup(program: Program, name: string): Program {
  const found = program.commands.find((each) => each.name() === name);
  if (found !== undefined) return found;
  const members = COMMANDS.filter((command) => command.name.startsWith(`${name} `)).map((command) => command.name);
  return program.command(name).copyInheritedSettings(program).description(members.join(", "))
    .helpOption("-h, --help", "show this help").helpCommand(false);
}

function examples(lines: readonly string[]): string {
  return ["Examples:", ...lines.map((line) => `  ${line}`)].join("\n");
}

function exitCodes(): string {
  return ["Exit codes:", ...EXIT_CODES.map(({ code, reason }) => `  ${String(code).padStart(3)}  ${reason}`)].join(
    "\n",
  );
}

function collect(given: string, before: unknown): readonly string[] {
  return [...(Array.isArray(before) ? before : []), readText(given)];
}
