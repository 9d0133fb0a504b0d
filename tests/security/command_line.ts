/**
 * Runs command lines in this process, so that a test can look at many of them.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { Stream } from "../../src/cli/output.ts";
import { run } from "../../src/cli/run.ts";

/** What a command line came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where it is run. */
export interface Place {
  /** Whether it looks like a terminal with colours. */
  readonly isTerminal?: boolean;
}

/** Runs a command line, and gives the console back that it takes for itself. */
export async function denock(words: readonly string[], { isTerminal = false }: Place = {}): Promise<Outcome> {
  const before = globalThis.console;
  const stdout = new Recorder(isTerminal);
  const stderr = new Recorder(isTerminal);
  const stdin = { read: () => Promise.resolve(null), isTerminal: () => false };
  const exit = (code: number) => {
    throw new Error(`It wanted to exit with ${code} on the spot`);
  };
  try {
    const code = await run(words, { stdin, stdout, stderr, noColor: false, columns: () => 80, exit });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    globalThis.console = before;
  }
}

/** A stream that keeps what is written to it. */
class Recorder implements Stream {
  text = "";
  readonly #decoder = new TextDecoder();

  constructor(private readonly seemsTerminal: boolean) {}

  isTerminal(): boolean {
    return this.seemsTerminal;
  }

  writeSync(bytes: Uint8Array): number {
    this.text += this.#decoder.decode(bytes, { stream: true });
    return bytes.length;
  }
}

/** Checks that none of some secrets stands in any of some texts, in the form in which it was given or in another. */
export function assertNoneOf(secrets: readonly string[], texts: Readonly<Record<string, string>>): void {
  for (const secret of secrets) {
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), btoa(secret)];
    for (const [what, text] of Object.entries(texts)) {
      for (const form of forms) assert(!text.includes(form), `${what} tells ${form}:\n${text.slice(0, 2_000)}`);
    }
  }
}
