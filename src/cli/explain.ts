import type { CommanderError } from "commander";
import { nearest } from "../change_unit/nearest.ts";
import type { Command } from "./command.ts";
import { COMMON_OPTIONS } from "./common_options.ts";
import { isOperand } from "./operand.ts";
import { writtenAs } from "./option.ts";
import { UsageError } from "./usage_error.ts";

const KNOWN_OPTIONS = [...COMMON_OPTIONS.map(({ option }) => option), "--help", "--version"];

const SEE_HELP = "See: denock --help";

/** Says what is wrong with a command line without repeating a value: somebody may have put a password there. */
export function explain(
  { code, message }: CommanderError,
  words: readonly string[],
  commands: readonly Command[],
): UsageError {
  const command = commands.find(({ name }) => `${words.join(" ")} `.startsWith(`${name} `));
  const quoted = /'([^'=\s]*)/.exec(message)?.[1] ?? "";
  const option = quoted.split(",").at(-1)?.trim() ?? "";
  const seeHelp = command === undefined ? SEE_HELP : `See: denock ${command.name} --help`;
  switch (code) {
    case "commander.unknownOption":
      return new UsageError(unknownOption(quoted, command, commands), [seeHelp]);
    case "commander.unknownCommand":
      return new UsageError(unknownCommand(words, commands), [SEE_HELP]);
    case "commander.missingArgument":
      return new UsageError(`The command ${command?.name} needs a ${operandOf(command)}`, [seeHelp]);
    case "commander.excessArguments":
      return new UsageError(tooManyWords(command), [seeHelp]);
    case "commander.optionMissingArgument":
    case "commander.invalidArgument": {
      const need = / is invalid\. ([^\n]*)$/.exec(message)?.[1] ?? "a value";
      return new UsageError(`The option ${/--[\w-]+/.exec(message)?.[0] ?? option} needs ${need}`, [seeHelp]);
    }
    case "commander.help":
      return words[0] === undefined ? noCommand(commands) : new UsageError(unknownCommand(words, commands), [SEE_HELP]);
    default:
      return new UsageError(message.replace(/^error: /, ""), [seeHelp]);
  }
}

/** Nobody has said what to do. */
export function noCommand(commands: readonly Command[]): UsageError {
  const known = commands.map(({ name, description }) => `denock ${name}: ${description}`);
  return new UsageError("No command is given", [...known, SEE_HELP]);
}

function unknownOption(option: string, command: Command | undefined, commands: readonly Command[]): string {
  const owners = commands.filter((each) => ownOptions(each).includes(option)).map(({ name }) => name);
  if (owners.length === 0) {
    const known = command === undefined ? KNOWN_OPTIONS : optionsOf(command);
    return `There is no option ${option}${suggest(option, known)}`;
  }
  const belongs = `The option ${option} belongs to ${owners.join(", ")}`;
  return command === undefined
    ? `${belongs}, and stands behind it`
    : `${belongs}: ${command.name} has none of that name`;
}

function unknownCommand([first = "", second]: readonly string[], commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const typed = second === undefined ? first : `${first} ${quote(second)}`;
    return `There is no command ${typed}${suggest(`${first} ${second ?? ""}`, group)}`;
  }
  const firstWords = [...new Set(names.map((name) => name.split(" ")[0] ?? ""))];
  return `There is no command ${quote(first)}${suggest(first, firstWords)}`;
}

/** A word that is long or has signs in it may be anything, also a password. */
function quote(word: string): string {
  return /^[\w-]{1,30}$/.test(word) ? word : "of that name";
}

function tooManyWords(command: Command | undefined): string {
  const operand = operandOf(command);
  if (operand !== undefined) return `The command ${command?.name} takes one ${operand}, in quotes if it has blanks`;
  const known = command === undefined ? KNOWN_OPTIONS : optionsOf(command);
  return `The command ${command?.name} takes options only: ${known.join(", ")}`;
}

function ownOptions({ options }: Command): string[] {
  return Object.entries(options).filter(([, definition]) => !isOperand(definition)).map(([name]) => writtenAs(name));
}

/** What the help calls the word behind a command. */
function operandOf(command: Command | undefined): string | undefined {
  return Object.values(command?.options ?? {}).find(isOperand)?.placeholder;
}

function optionsOf(command: Command): string[] {
  return [...ownOptions(command), ...KNOWN_OPTIONS];
}

function suggest(word: string, known: readonly string[]): string {
  const suggestion = nearest(word, known);
  return suggestion === undefined ? `: there are ${known.join(", ")}` : `: did you mean ${suggestion}`;
}
