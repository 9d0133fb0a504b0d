import type { SqlScript } from "../change_unit/sql_method.ts";
import { type Driver, ScriptError } from "../driver.ts";

/** Runs a script on what a driver has given a change unit; an error that has a place in the script gets its line in the file. */
export async function runScript(
  driver: Pick<Driver<object>, "name" | "runScript">,
  given: object,
  script: SqlScript,
): Promise<void> {
  if (driver.runScript === undefined) throw new TypeError(`Cannot run "${script.file}" as ${driver.name} runs no SQL`);
  try {
    await driver.runScript(given, script.text);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const message = `${script.file}, line ${lineOf(script, error.offset)}: ${error.message}`;
    throw new ScriptError(message, error.offset, { cause: error.cause });
  }
}

function lineOf({ line, text }: SqlScript, offset: number): number {
  return line + text.slice(0, offset).split("\n").length - 1;
}
