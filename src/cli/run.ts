import { resolve } from "@std/path/resolve";
import { ExecutionError, MigrationError, PlanError } from "../errors.ts";
import { captureConsole } from "./capture_console.ts";
import type { CommandResult, Input } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { commandLine, commandWords } from "./command_line.ts";
import { type ExitCode, exitCodeOf, outcomeOf } from "./exit_code.ts";
import { describeFailure, type FailureContext } from "./failure.ts";
import { Output, type Stream } from "./output.ts";
import type { Flags } from "./flags.ts";
import { type CommandCall, readArguments } from "./program.ts";
import { renderFailure, whatWasDone } from "./render_failure.ts";
import { renderStack } from "./render_stack.ts";
import { Secrets } from "./secrets.ts";
import { loadSettings } from "./settings.ts";
import { UsageError } from "./usage_error.ts";
import type { Effect } from "./words.ts";

/** The process that a command line runs in. */
export interface Process {
  /** Where answers come from. */
  readonly stdin: Input;
  /** Where results go. */
  readonly stdout: Stream;
  /** Where progress, warnings and errors go. */
  readonly stderr: Stream;
  /** Whether colours are unwanted. */
  readonly noColor: boolean;
  /** How wide the terminal is, in characters. */
  readonly columns: () => number;
  /** Ends the process on the spot. */
  readonly exit: (code: ExitCode) => void;
}

/** The version of the format of the JSON documents. */
const FORMAT = 1;

/** Runs a command line and gives the exit code. It never throws. */
export async function run(words: readonly string[], process: Process): Promise<ExitCode> {
  const secrets = new Secrets();
  for (const word of words) secrets.add(word);
  const output = new Output({ ...process, secrets });
  const state: State = { isJson: words.includes("--json"), folder: resolve("migrations") };
  let result: Partial<CommandResult>;
  try {
    const invocation = readArguments(words);
    if ("text" in invocation) {
      const { shown, text } = invocation;
      if (state.isJson) output.document({ format: FORMAT, command: shown, outcome: "shown", text });
      else output.result(text);
      return 0;
    }
    const { command, options, flags } = invocation;
    state.call = invocation;
    state.isJson = flags.json;
    output.detail = flags.detail;
    captureConsole((text) => output.notice(text));
    const settings = await loadSettings(flags, secrets);
    state.folder = resolve(settings.migrations);
    const endNow = (code: ExitCode, message: string) => {
      const error = { code: "INTERRUPTED", message, remedies: [] };
      if (state.isJson) output.document({ format: FORMAT, command: command.name, outcome: outcomeOf(code), error });
      else output.notice(message);
      process.exit(code);
    };
    result = await command.run({ settings, commands: COMMANDS, output, input: process.stdin, endNow }, options);
  } catch (error) {
    result = { error };
  }
  return finish(result, state, output);
}

/** What is known of a command line so far. */
interface State {
  call?: CommandCall;
  isJson: boolean;
  folder: string;
}

/** Writes what a command came to, for people or for machines, and gives the exit code. */
function finish(result: Partial<CommandResult>, state: State, output: Output): ExitCode {
  const { outcome = "", document = {}, text = "", error } = result;
  const exitCode = "error" in result ? exitCodeOf(error) : 0;
  const failure = "error" in result ? describeFailure(error, contextOf(state, error)) : undefined;
  if (state.isJson) {
    output.document({
      format: FORMAT,
      command: state.call?.command.name ?? null,
      outcome: failure === undefined ? outcome : outcomeOf(exitCode),
      ...document,
      ...(failure && { error: failure }),
    });
  } else if (failure !== undefined || output.detail !== "quiet" || state.call?.command.effect === undefined) {
    output.result(text);
  }
  if (failure !== undefined) {
    // What is in the text already is not said again.
    const problems = text === "" ? failure.problems : [];
    const done = doneBefore(error, state.call?.command.effect);
    output.notice(renderFailure({ ...failure, problems }, done, output.paintNotice));
    if (output.detail === "verbose") output.notice(output.paintNotice("dim", renderStack(error)));
  }
  return exitCode;
}

/** Errors that are not of an execution come before one has begun. */
function doneBefore(error: unknown, effect: Effect | undefined): string[] {
  if (effect === undefined) return [];
  if (error instanceof ExecutionError) return whatWasDone(error.report, effect);
  const isSaid = error instanceof UsageError || error instanceof PlanError || !(error instanceof MigrationError);
  return isSaid ? [] : [`Nothing was ${effect}`];
}

function contextOf({ call, folder }: State, error: unknown): FailureContext {
  const line = (words: string) => commandLine(words, call?.flags ?? NO_FLAGS);
  if (call === undefined) return { again: "denock --help", preview: null, line, folder };
  const words = previewOf(call);
  return {
    again: line(commandWords(whatIsLeft(call, error))),
    preview: words === null ? null : line(words),
    line,
    folder,
  };
}

/** What only records has no preview of its own, but what there is to record shows in the list. */
function previewOf({ command, options }: CommandCall): string | null {
  const { preview, effect } = command;
  if (preview === undefined) return effect === undefined ? null : "list";
  return commandWords({ command: { ...command, name: preview }, options: { ...options, yes: false } });
}

const NO_FLAGS: Flags = { profiles: [], json: false, detail: "normal" };

/** Whoever asked for three and got one is not to ask for three more. */
function whatIsLeft(call: CommandCall, error: unknown): CommandCall {
  const { count } = call.options;
  if (!(error instanceof ExecutionError) || typeof count !== "number") return call;
  return { ...call, options: { ...call.options, count: Math.max(1, count - error.report.executed.length) } };
}
