import type { Command } from "../command.ts";
import type { CommonOption } from "../common_options.ts";
import { isOperand } from "../operand.ts";
import { writtenAs } from "../option.ts";
import { firstWords, valuesOf } from "./words.ts";

/** Writes the script by which fish completes command lines of `denock`. */
export function fishCompletions(commands: readonly Command[], common: readonly CommonOption[]): string {
  const words = firstWords(commands);
  const first = words.map((word) => {
    const description = commands.find(({ name }) => name === word)?.description ?? `${word} …`;
    return line(`not __fish_seen_subcommand_from ${words.join(" ")}`, `-a ${word} -d ${quoted(description)}`);
  });
  const shared = common.map(({ option, description, placeholder, names }) => {
    const value = placeholder === undefined ? "" : names === undefined ? " -x" : " -r -F";
    return line("", `-l ${option.slice(2)} -d ${quoted(description)}${value}`);
  });
  return [line("", "-f"), ...first, ...shared, ...commands.flatMap(linesOf)].join("\n") + "\n";
}

function linesOf(command: Command): string[] {
  const [first = "", second] = command.name.split(" ");
  const isFirst = `__fish_seen_subcommand_from ${first}`;
  const isSecond = `__fish_seen_subcommand_from ${second}`;
  const condition = second === undefined ? isFirst : `${isFirst}; and ${isSecond}`;
  const member = second === undefined
    ? []
    : [line(`${isFirst}; and not ${isSecond}`, `-a ${second} -d ${quoted(command.description)}`)];
  const options = Object.entries(command.options).filter(([, definition]) => !isOperand(definition));
  return [
    ...member,
    ...options.map(([name, { description, placeholder }]) => {
      const values = valuesOf(placeholder);
      const value = placeholder === undefined ? "" : values.length > 0 ? ` -x -a ${quoted(values.join(" "))}` : " -x";
      return line(condition, `-l ${writtenAs(name).slice(2)} -d ${quoted(description)}${value}`);
    }),
  ];
}

function line(condition: string, what: string): string {
  return `complete -c denock ${condition === "" ? "" : `-n ${quoted(condition)} `}${what}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
