import type { RunnerListener } from "../run/events.ts";
import { Runner } from "../run/runner.ts";
import type { ExitCode } from "./exit_code.ts";
import { openDatabase } from "./open_database.ts";
import type { Output } from "./output.ts";
import { readHostname } from "./permitted.ts";
import type { Settings } from "./settings.ts";

/** What a command works with. */
export interface Session {
  /** From the command line, the environment and the configuration. */
  readonly settings: Settings;
  /** Where everything is written to. */
  readonly output: Output;
  /** Ends the process on the spot, after the one document if that is asked for. */
  readonly endNow: (code: ExitCode, message: string) => void;
}

/** What a command came to. */
export interface CommandResult {
  /** What JSON calls the outcome when there was no error. */
  readonly outcome: "executed" | "nothing pending" | "planned" | "listed";
  /** What JSON tells beside that. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The result for people. */
  readonly text: string;
  /** What went wrong. */
  readonly error?: unknown;
}

/** Works with a runner on the database of the settings, which is closed at the end. */
export async function withRunner<Result>(
  { settings, output }: Session,
  options: { readonly readOnly: boolean; readonly listener?: RunnerListener },
  work: (runner: Runner<object>) => Promise<Result>,
): Promise<Result> {
  for (const note of settings.notes) output.notice(output.paintNotice("dim", note));
  output.notice(output.paintNotice("dim", `${settings.database.shown} with ${settings.migrations}`));
  await using opened = await openDatabase(settings.database, { readOnly: options.readOnly });
  const hostname = options.readOnly ? undefined : readHostname();
  return await work(
    new Runner({
      ...settings.runner,
      driver: opened.driver,
      migrations: settings.migrations,
      ...(hostname !== undefined && { hostname }),
      ...(options.listener && { listener: options.listener }),
    }),
  );
}
