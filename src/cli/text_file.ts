import { dirname } from "@std/path/dirname";
import { join } from "@std/path/join";
import { UsageError } from "./usage_error.ts";

/** The text of a file; undefined when it is not there. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw cannot("read", path, error);
  }
}

/** Whether there is something at a path. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw cannot("read", path, error);
  }
}

/**
 * Writes a file that is not there yet, and makes its folder.
 *
 * @throws {UsageError} when there is something by that name, or it cannot be written.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { createFile, readIfThere } from "./text_file.ts";
 *
 * const path = `${await Deno.makeTempDir()}/migrations/0001_create_users.ts`;
 * await createFile(path, "export {};");
 * assertEquals(await readIfThere(path), "export {};");
 * await assertRejects(() => createFile(path, "another"));
 * ```
 */
export async function createFile(path: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw cannot("write", path, error);
    const remedies = ["Take another name, or move away what is there"];
    throw new UsageError(`There is something at "${path}" already, and it is not overwritten`, remedies);
  }
}

/**
 * Writes a file in place of what is there. Whoever reads it meanwhile sees either the one or the other.
 *
 * @throws {UsageError} when it cannot be written.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readIfThere, replaceFile } from "./text_file.ts";
 *
 * const path = `${await Deno.makeTempDir()}/manifest.ts`;
 * await replaceFile(path, "export default [];");
 * assertEquals(await readIfThere(path), "export default [];");
 * ```
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = join(dirname(path), `.denock-${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(beside, text, { createNew: true });
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw cannot("write", path, error);
  }
}

function cannot(what: "read" | "write", path: string, cause: unknown): UsageError {
  const message = `Cannot ${what} "${path}": ${cause instanceof Error ? cause.message : String(cause)}`;
  const remedy = cause instanceof Deno.errors.NotCapable
    ? "Run it again with the flag that the message names"
    : "Solve what stands in its way, and run again";
  return new UsageError(message, [remedy], { cause });
}
