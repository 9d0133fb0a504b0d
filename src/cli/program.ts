import type { Flags } from "./flags.ts";
import { Command as Program, CommanderError, Option } from "commander";
import denock from "../../deno.json" with { type: "json" };
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { explain, noCommand } from "./explain.ts";
import { isOperand } from "./operand.ts";
import { readText, writtenAs } from "./option.ts";

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

/** The version of this package. */
export const VERSION: string = denock.version;

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
  const { profile = [], json = false, ...flags } = program.opts<
    Partial<Flags & { readonly profile: Flags["profiles"] }>
  >();
  return { ...chosen, flags: { ...flags, json, profiles: profile } };
}

type Choose = (command: Command, options: CommandCall["options"]) => void;

function makeProgram(choose: Choose, show: (text: string) => void): Program {
  const program: Program = new Program("denock")
    .description("Apply database changes written as code, each exactly once, in order, by one process at a time.")
    .usage("<command> [options]")
    .option("--database <URL>", "sqlite:./shop.db, mongodb://… or mongodb+srv://… (else DENOCK_DATABASE)", readText)
    .option("--migrations <DIR>", "the folder of the change units (else ./migrations)", readText)
    .option("--config <FILE>", "the configuration (else ./denock.config.ts, if it is there)", readText)
    .option("--profile <NAME>", "an active profile; may be repeated", collect)
    .option("--json", "print one JSON document on stdout, and nothing else there")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", `\n${examples(COMMANDS.flatMap((each) => each.examples.slice(0, 1)))}\n\n${exitCodes()}`);
  // None of this is asked of the environment: that would take a permission.
  const noWidth = { getOutHelpWidth: () => 110, getErrHelpWidth: () => 110 };
  const noColours = { getOutHasColors: () => false, getErrHasColors: () => false };
  program.exitOverride().showSuggestionAfterError(false)
    .configureOutput({ writeOut: show, writeErr: () => {}, ...noWidth, ...noColours });
  for (const command of COMMANDS) addCommand(program, command, choose);
  return program;
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

function collect(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, readText(given)];
}
