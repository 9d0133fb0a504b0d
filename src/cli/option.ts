import { InvalidArgumentError } from "commander";

/**
 * An option of one command.
 *
 * @typeParam Value What the command is given for it.
 */
export interface OptionDefinition<Value> {
  /** What the help calls its value; undefined for an option that has none. */
  readonly placeholder?: string;
  /** What it does, in a line of the help. */
  readonly description: string;
  /** What the command is given when nobody uses it. */
  readonly absent: Value;
  /**
   * Reads a value; `before` is what was read of the same option so far.
   *
   * @throws {InvalidArgumentError} saying what the option needs. It never repeats the value: that may be a password.
   */
  read(given: string, before: Value): Value;
}

/** What a command is given for its options. */
export type OptionValues<Definitions> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends OptionDefinition<infer Value> ? Value : never;
};

/** An option without a value. */
export function flag(description: string): OptionDefinition<boolean> {
  return { description, absent: false, read: () => true };
}

/** An option with a text. */
export function text(placeholder: string, description: string): OptionDefinition<string | undefined> {
  return { placeholder, description, absent: undefined, read: (given, before) => once(readText(given), before) };
}

/** An option with a text that may be repeated. */
export function texts(placeholder: string, description: string): OptionDefinition<readonly string[]> {
  return { placeholder, description, absent: [], read: (given, before) => [...before, readText(given)] };
}

/** An option with a number of things, at least one. */
export function count(placeholder: string, description: string): OptionDefinition<number | undefined> {
  return {
    placeholder,
    description,
    absent: undefined,
    read(given, before) {
      if (!/^[1-9]\d{0,8}$/.test(given)) throw new InvalidArgumentError("a whole number from 1");
      return once(Number(given), before);
    },
  };
}

/** An option with one of a few words, in any case. */
export function choice<const Word extends string>(
  words: readonly Word[],
  description: string,
): OptionDefinition<Word | undefined> {
  const simplify = (word: string) => word.toLowerCase().replaceAll("_", "-");
  return {
    placeholder: words.join("|"),
    description,
    absent: undefined,
    read(given, before) {
      const found = words.find((word) => simplify(word) === simplify(given));
      if (found === undefined) throw new InvalidArgumentError(`one of ${words.join(", ")}`);
      return once(found, before);
    },
  };
}

/** How an option is written: `--rolled-back` for `rolledBack`. */
export function writtenAs(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** An option that follows where a value should be was meant as an option. */
export function readText(given: string): string {
  if (given.trim() === "" || given.startsWith("--")) throw new InvalidArgumentError("a value");
  return given;
}

/** Whoever names two has a reason for both, and only one of them could count. */
function once<Value>(value: Value, before: Value | undefined): Value {
  if (before !== undefined) throw new InvalidArgumentError("one value, not two");
  return value;
}
