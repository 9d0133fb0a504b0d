import type { ExitCode } from "./exit_code.ts";
import type { OptionDefinition, OptionValues } from "./option.ts";
import type { Output } from "./output.ts";
import type { Settings } from "./settings.ts";
import type { Effect } from "./words.ts";

/** A command of the command line: all there is to know of it. */
export interface Command {
  /** What people type; a second word makes it part of a group: `lock status`. */
  readonly name: string;
  /** What it does, in a line of the help. */
  readonly description: string;
  /** The options that are its own, by name: `rolledBack` is typed as `--rolled-back`. */
  readonly options: Readonly<Record<string, OptionDefinition<unknown>>>;
  /** Command lines that work. */
  readonly examples: readonly string[];
  /** What becomes of change units; left out for a command that changes nothing. */
  readonly effect?: Effect;
  /** The command that shows what this one would do, with the same options but for `--yes`. */
  readonly preview?: string;
  /** Carries it out. */
  run(session: Session, options: Readonly<Record<string, unknown>>): Promise<CommandResult>;
}

/** Defines a command; what it is given for its options follows from how they are declared. */
export function defineCommand<Definitions extends Command["options"]>(
  command: Omit<Command, "options" | "run"> & {
    readonly options: Definitions;
    run(session: Session, options: OptionValues<Definitions>): Promise<CommandResult>;
  },
): Command {
  return command;
}

/** What a command works with. */
export interface Session {
  /** From the command line, the environment and the configuration. */
  readonly settings: Settings;
  /** All commands. */
  readonly commands: readonly Command[];
  /** Where everything is written to. */
  readonly output: Output;
  /** Where answers come from. */
  readonly input: Input;
  /** Ends the process on the spot, after the one document if that is asked for. */
  readonly endNow: (code: ExitCode, message: string) => void;
}

/** The input of a process. */
export interface Input {
  /** Reads some bytes and says how many; null at the end. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Whether a person is typing it. */
  isTerminal(): boolean;
}

/** What a command came to. */
export interface CommandResult {
  /** What JSON calls the outcome when there was no error. */
  readonly outcome: string;
  /** What JSON tells beside that. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The result for people. */
  readonly text: string;
  /** What went wrong. */
  readonly error?: unknown;
}
