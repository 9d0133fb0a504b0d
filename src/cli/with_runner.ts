import type { RunnerListener } from "../run/events.ts";
import { Runner } from "../run/runner.ts";
import type { Session } from "./command.ts";
import type { Access } from "./databases/database_kind.ts";
import { openDatabase } from "./open_database.ts";
import { Progress } from "./progress.ts";
import { readHostname } from "./permitted.ts";
import { needDatabase } from "./settings.ts";

/** How a runner is made. */
export interface RunnerUse {
  /** What is done with the database. */
  readonly access: Access;
  /** Hears what happens; without one a person is told of it. */
  readonly listener?: RunnerListener;
}

/** Works with a runner on the database of the settings, which is closed at the end. */
export async function withRunner<Result>(
  session: Session,
  { access, listener }: RunnerUse,
  work: (runner: Runner<object>) => Promise<Result>,
): Promise<Result> {
  const { settings } = session;
  const database = needDatabase(settings);
  announce(session, `${database.shown} with ${settings.migrations}`);
  await using opened = await openDatabase(database, access, settings.names);
  const hostname = access === "read" ? undefined : readHostname();
  return await work(
    new Runner({
      ...settings.runner,
      driver: opened.driver,
      migrations: settings.migrations,
      ...(hostname !== undefined && { hostname }),
      listener: listener ?? new Progress(session.output, "executed").hear,
    }),
  );
}

/** Says what a command works on. */
export function announce({ settings, output }: Session, what: string): void {
  for (const line of [...settings.notes, what]) output.progress(output.paintNotice("dim", line));
}
