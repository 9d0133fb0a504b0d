/**
 * What the examples on database servers have in common.
 *
 * @module
 */

import { redact } from "../src/redact.ts";
import { runExample } from "./run_command.ts";

/** A flavour of the example that needs a server. */
export interface ServerExample {
  /** The folder of its change units. */
  readonly migrations: string;
  /** What Deno has to allow. */
  readonly permissions: readonly string[];
  /** What its database calls that which holds data. */
  readonly holder: "table" | "collection";
  /** The history, which tells that the example was here before. */
  readonly history: string;
  /** Everything that the example makes. */
  readonly expected: readonly string[];
  /** What holds data in a database. */
  readonly list: (database: string) => Promise<readonly string[]>;
  /** Starts a server with an empty database. */
  readonly start: () => Promise<{ readonly url: string } & AsyncDisposable>;
}

/** Applies the example to the database that `DENOCK_DATABASE` names, or to one on a server of its own; gives the exit code. */
export async function runOnServer(example: ServerExample): Promise<number> {
  const given = Deno.env.get("DENOCK_DATABASE");
  if (given) {
    console.log("Using the database that DENOCK_DATABASE names");
    return await run(example, given);
  }
  await using server = await example.start();
  console.log(`Started a server for the example:\n\n$ export DENOCK_DATABASE='${server.url}'`);
  return await run(example, server.url);
}

async function run(example: ServerExample, database: string): Promise<number> {
  try {
    const foreign = findForeign(example, await example.list(database));
    if (foreign !== undefined) {
      console.error(`The example needs a database of its own, and this one has the ${example.holder} ${foreign}`);
      return 2;
    }
  } catch (error) {
    console.error(`Cannot look into the database: ${redact(error instanceof Error ? error.message : String(error))}`);
    return 5;
  }
  // The URL goes through the environment, where nobody sees its password.
  return await runExample(example.permissions, ["--migrations", example.migrations], { DENOCK_DATABASE: database });
}

/** What is somebody else's: the example changes every customer and deletes telephone numbers. */
function findForeign({ history, expected }: ServerExample, names: readonly string[]): string | undefined {
  return names.find((name) => !names.includes(history) || !expected.includes(name));
}
