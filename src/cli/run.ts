import { resolve } from "@std/path";
import { ExecutionError, MigrationError, PlanError } from "../errors.ts";
import { captureConsole } from "./capture_console.ts";
import type { CommandResult, Session } from "./command.ts";
import { commandLine } from "./command_line.ts";
import { type ExitCode, exitCodeOf, outcomeOf } from "./exit_code.ts";
import { describeFailure, type FailureContext } from "./failure.ts";
import { list } from "./list.ts";
import { migrate } from "./migrate.ts";
import { Output, type Stream } from "./output.ts";
import { plan } from "./plan.ts";
import { type CommandName, type Flags, readArguments } from "./program.ts";
import { renderFailure, whatWasDone } from "./render_failure.ts";
import { Secrets } from "./secrets.ts";
import { loadSettings } from "./settings.ts";
import { UsageError } from "./usage_error.ts";

/** The process that a command line runs in. */
export interface Process {
  /** Where results go. */
  readonly stdout: Stream;
  /** Where progress, warnings and errors go. */
  readonly stderr: Stream;
  /** Whether colours are unwanted. */
  readonly noColor: boolean;
  /** Ends the process on the spot. */
  readonly exit: (code: ExitCode) => void;
}

const COMMANDS: Readonly<Record<CommandName, (session: Session) => Promise<CommandResult>>> = { migrate, plan, list };

/** The version of the format of the JSON documents. */
const FORMAT = 1;

/** Runs a command line and gives the exit code. It never throws. */
export async function run(args: readonly string[], process: Process): Promise<ExitCode> {
  const secrets = new Secrets();
  for (const argument of args) secrets.add(argument);
  const output = new Output({ ...process, secrets });
  const isJson = args.includes("--json");
  const state: State = { command: null, folder: resolve("migrations"), flags: { profiles: [], json: isJson } };
  let result: Partial<CommandResult>;
  try {
    const invocation = readArguments(args);
    if ("text" in invocation) {
      const { command, text } = invocation;
      if (isJson) output.document({ format: FORMAT, command, outcome: "shown", text });
      else output.result(text);
      return 0;
    }
    Object.assign(state, invocation);
    captureConsole((text) => output.notice(text));
    const settings = await loadSettings(invocation.flags, secrets);
    state.folder = resolve(settings.migrations);
    const endNow = (code: ExitCode, message: string) => {
      const error = { code: "INTERRUPTED", message, remedies: [] };
      if (isJson) output.document({ format: FORMAT, command: state.command, outcome: outcomeOf(code), error });
      else output.notice(message);
      process.exit(code);
    };
    result = await COMMANDS[invocation.command]({ settings, output, endNow });
  } catch (error) {
    result = { error };
  }
  return finish(result, state, output);
}

/** What is known of a command line so far. */
interface State {
  command: CommandName | null;
  flags: Flags;
  folder: string;
}

/** Writes what a command came to, for people or for machines, and gives the exit code. */
function finish(result: Partial<CommandResult>, state: State, output: Output): ExitCode {
  const { outcome = "", document = {}, text = "", error } = result;
  const { command, flags } = state;
  const exitCode = "error" in result ? exitCodeOf(error) : 0;
  const failure = "error" in result ? describeFailure(error, contextOf(state)) : undefined;
  if (flags.json) {
    output.document({
      format: FORMAT,
      command,
      outcome: failure === undefined ? outcome : outcomeOf(exitCode),
      ...document,
      ...(failure && { error: failure }),
    });
  } else output.result(text);
  if (failure !== undefined) {
    // What is in the text already is not said again.
    const problems = text === "" ? failure.problems : [];
    output.notice(renderFailure({ ...failure, problems }, doneBefore(error, command), output.paintNotice));
  }
  return exitCode;
}

/** Errors that are not of an execution come before one has begun. */
function doneBefore(error: unknown, command: CommandName | null): string[] {
  if (error instanceof ExecutionError) return whatWasDone(error.report);
  const isSaid = error instanceof UsageError || error instanceof PlanError || !(error instanceof MigrationError);
  return command !== "migrate" || isSaid ? [] : ["Nothing was executed"];
}

function contextOf({ command, flags, folder }: State): FailureContext {
  const line = (name: CommandName) => commandLine(name, flags);
  return { again: line(command ?? "migrate"), plan: line("plan"), list: line("list"), folder };
}
