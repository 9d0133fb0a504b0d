/**
 * Runs the command line as people do: as a process of its own, in a folder of its own.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { fromFileUrl } from "@std/path";

/** The folder of this package. */
export const ROOT: string = fromFileUrl(new URL("../../", import.meta.url));

/** What a process came to. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What Deno itself is told; everything is allowed when not given. */
  readonly deno?: readonly string[];
}

/** What the environment of the tests must not have a say in. */
export const QUIET: Readonly<Record<string, string>> = { DENOCK_DATABASE: "", NO_COLOR: "", FORCE_COLOR: "" };

/** The arguments with which Deno runs `denock`. */
export function denoArguments(args: readonly string[], deno: readonly string[] = ["-A"]): string[] {
  const config = join(ROOT, "deno.json");
  const main = join(ROOT, "src", "cli", "main.ts");
  return ["run", "--quiet", "--no-prompt", `--config=${config}`, ...deno, main, ...args];
}

/** A folder for one test. */
export class WorkFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(files: Readonly<Record<string, string>> = {}): Promise<WorkFolder> {
    const folder = new WorkFolder(await Deno.realPath(await Deno.makeTempDir({ prefix: "denock-cli-" })));
    for (const [name, text] of Object.entries(files)) await folder.write(name, text);
    return folder;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  async has(name: string): Promise<boolean> {
    return await Deno.stat(join(this.path, name)).then(() => true, () => false);
  }

  /** Starts `denock` and leaves it running. */
  start(args: readonly string[], { env = {}, deno = ["-A"] }: StartOptions = {}): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: denoArguments(args, deno),
      cwd: this.path,
      env: { ...QUIET, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs `denock` to its end. */
  async denock(args: readonly string[], options?: StartOptions): Promise<Finished> {
    return await finish(this.start(args, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Waits for the end of a process. */
export async function finish(child: Deno.ChildProcess): Promise<Finished> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The one document on stdout. */
// deno-lint-ignore no-explicit-any -- tests look into it as they like, and fail when it is not there
export function documentOf({ stdout }: Finished): any {
  const document = JSON.parse(stdout);
  assertEquals(document.format, 1);
  return document;
}

/** A change unit for SQLite. */
export function sqliteUnit(execution: string, rollback = "", attributes = ""): string {
  return `${attributes}
export async function execution({ db, log, signal }: any) {
  ${execution}
}
export function rollbackExecution({ db }: any) {
  ${rollback}
}
`;
}

/** A change unit that makes a table. */
export function createTable(name: string, attributes = ""): string {
  return sqliteUnit(
    `db.exec("CREATE TABLE ${name} (name TEXT) STRICT");`,
    `db.exec("DROP TABLE ${name}");`,
    attributes,
  );
}

/** Waits until something is true. */
export async function until(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!await check()) {
    if (Date.now() > deadline) throw new Error("It did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The database of most tests. */
export const SHOP: readonly string[] = ["--database", "sqlite:./shop.db"];
