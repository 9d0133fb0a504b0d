import type { Command } from "../command.ts";
import type { CommonOption } from "../common_options.ts";
import { isOperand } from "../operand.ts";
import { writtenAs } from "../option.ts";

/** The words that can stand first: a command, or the name of a group. */
export function firstWords(commands: readonly Command[]): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? ""))];
}

/** Groups of commands, and the second words of each. */
export function groupsOf(commands: readonly Command[]): readonly { name: string; members: readonly string[] }[] {
  return firstWords(commands).flatMap((name) => {
    const members = commands.flatMap((command) =>
      command.name.startsWith(`${name} `) ? command.name.slice(name.length + 1) : []
    );
    return members.length === 0 ? [] : { name, members };
  });
}

/** The options that are a command's own, as they are typed. */
export function ownOptions({ options }: Command): readonly string[] {
  return Object.entries(options).filter(([, definition]) => !isOperand(definition)).map(([name]) => writtenAs(name));
}

/** The options behind which a value stands, of all commands. */
export function valueOptions(commands: readonly Command[], common: readonly CommonOption[]): readonly string[] {
  const own = commands.flatMap(({ options }) =>
    Object.entries(options).flatMap(([name, definition]) =>
      definition.placeholder === undefined || isOperand(definition) ? [] : writtenAs(name)
    )
  );
  const shared = common.flatMap(({ option, placeholder }) => placeholder === undefined ? [] : option);
  return [...new Set([...shared, ...own])];
}

/** The options of a command whose value is one of a few words, with those. */
export function choicesOf({ options }: Command): readonly { option: string; values: readonly string[] }[] {
  return Object.entries(options).flatMap(([name, { placeholder }]) => {
    const values = valuesOf(placeholder);
    return values.length === 0 ? [] : { option: writtenAs(name), values };
  });
}

/** What the help calls the value of a choice names all of them. */
export function valuesOf(placeholder: string | undefined): readonly string[] {
  return placeholder?.includes("|") ? placeholder.split("|") : [];
}
