import { firstLine } from "../../history/recorded_error.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Imports the client of a database, which may not be there.
 *
 * @throws {UsageError} with the command that adds it.
 */
export async function loadClient<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UsageError(`The client "${name}" cannot be loaded: ${firstLine(error)}`, [
      `Add it to the project: deno add npm:${name}`,
    ]);
  }
}
