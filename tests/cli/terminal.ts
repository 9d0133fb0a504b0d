/**
 * Runs the command line on a terminal, as people do: a pseudo-terminal of `script`, which is part of every Linux.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { denoArguments, QUIET, type WorkFolder } from "./denock.ts";

/** What a person has seen, and the exit code. */
export interface Seen {
  readonly code: number;
  readonly screen: string;
}

/** How it is started. */
export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A file that stdout goes into; else it is seen on the terminal as well. */
  readonly stdout?: string;
}

/** `denock` on a terminal. */
export class Terminal {
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #screen = "";

  /** Starts it. */
  constructor(folder: WorkFolder, args: readonly string[], { env = {}, stdout }: TerminalOptions = {}) {
    const words = [Deno.execPath(), ...denoArguments(args)].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const line = [...words, ...(stdout === undefined ? [] : [`>'${stdout}'`])].join(" ");
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", line, "/dev/null"],
      cwd: folder.path,
      env: { ...QUIET, NO_COLOR: "1", SHELL: "/bin/sh", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits until something stands on the screen. */
  async see(text: string): Promise<void> {
    while (!this.#screen.includes(text)) {
      if (!await this.#read()) throw new Error(`"${text}" was never shown:\n${this.#screen}`);
    }
  }

  /** Types something. */
  async type(text: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(text));
  }

  /** Waits for the end. */
  async finish(): Promise<Seen> {
    while (await this.#read());
    const { code } = await this.#child.status;
    await this.#keyboard.close().catch(() => {});
    return { code, screen: this.#screen };
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#output.read();
    this.#screen += (value ?? "").replaceAll("\r\n", "\n");
    return !done;
  }
}

/** Answers the one question that is asked. */
export async function answer(
  folder: WorkFolder,
  args: readonly string[],
  typed: string,
  options?: TerminalOptions,
): Promise<Seen> {
  const terminal = new Terminal(folder, args, options);
  await terminal.see("[y/N] ");
  await terminal.type(typed);
  const seen = await terminal.finish();
  assertEquals(seen.screen.split("[y/N]").length, 2, seen.screen);
  return seen;
}
