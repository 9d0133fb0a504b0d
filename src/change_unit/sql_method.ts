import type { ChangeMethod } from "./change_unit.ts";

/** A script of SQL, and where it stands: what errors are told with. */
export interface SqlScript {
  /** The name of its file. */
  readonly file: string;
  /** The line at which it begins, from 1. */
  readonly line: number;
  /** The text. */
  readonly text: string;
}

/** Runs a script for a change unit. */
export type RunScript = (script: SqlScript) => Promise<void>;

/** Only methods that were made from SQL look under this key of their context. */
const RUN_SCRIPT = Symbol("denock.runScript");

/** What is added to the context of a change unit that comes from a SQL file. */
export function scriptContext(run: RunScript): object {
  return { [RUN_SCRIPT]: run };
}

/** Makes a method of a change unit out of a script. */
export function sqlMethod(script: SqlScript): ChangeMethod<object> {
  return async (context) => {
    const run = (context as { readonly [RUN_SCRIPT]?: RunScript })[RUN_SCRIPT];
    if (run === undefined) throw new TypeError(`Cannot run "${script.file}" as its context runs no SQL`);
    await run(script);
  };
}
