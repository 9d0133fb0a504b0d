import type { Access, OpenDatabase, StoredNames } from "./databases/database_kind.ts";
import { type DatabaseUrl, kindOf } from "./databases/database_kinds.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Opens a database. Only the one driver and client that it needs are imported.
 *
 * @throws {DatabaseError} when it cannot be reached or opened.
 * @throws {UsageError} when the URL is wrong in a way that only the client knows, or Deno does not allow it.
 */
export async function openDatabase(url: DatabaseUrl, access: Access, names: StoredNames): Promise<OpenDatabase> {
  try {
    return await kindOf(url).open(url, access, names);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UsageError(`Deno does not allow to open ${url.shown}: ${error.message}`, [
      "Run it again with the flag that the message names",
    ]);
  }
}
