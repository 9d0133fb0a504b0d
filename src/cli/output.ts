import { stripVTControlCharacters } from "node:util";
import { coloured, type Paint, plain } from "./paint.ts";
import type { Secrets } from "./secrets.ts";

/** One of the two streams of a process. */
export interface Stream {
  /** Writes some of the bytes and says how many. */
  writeSync(bytes: Uint8Array): number;
  /** Whether a person is looking at it. */
  isTerminal(): boolean;
}

/** What an {@link Output} needs. */
export interface OutputOptions {
  /** What must not be written. */
  readonly secrets: Secrets;
  /** Where results go. */
  readonly stdout: Stream;
  /** Where progress, warnings and errors go. */
  readonly stderr: Stream;
  /** Whether colours are unwanted also on a terminal. */
  readonly noColor: boolean;
}

/** The only way out: everything the command line writes passes here, where secrets and control characters are removed. */
export class Output {
  /** Paints results. */
  readonly paintResult: Paint;
  /** Paints progress, warnings and errors. */
  readonly paintNotice: Paint;
  /** Whether a person is looking at progress, warnings and errors. */
  readonly isWatched: boolean;
  readonly #options: OutputOptions;
  #isQuestionOpen = false;

  /** Makes an output. */
  constructor(options: OutputOptions) {
    this.#options = options;
    const paintFor = (stream: Stream) => !options.noColor && stream.isTerminal() ? coloured : plain;
    this.paintResult = paintFor(options.stdout);
    this.paintNotice = paintFor(options.stderr);
    this.isWatched = options.stderr.isTerminal();
  }

  /** Writes a result for people. */
  result(text: string): void {
    this.#write(this.#options.stdout, text, this.paintResult === coloured);
  }

  /** Writes progress, a warning or an error. */
  notice(text: string): void {
    if (text === "") return;
    if (this.#isQuestionOpen) writeAll(this.#options.stderr, "\n");
    this.answered();
    this.#write(this.#options.stderr, text, this.paintNotice === coloured);
  }

  /** Writes a question; the answer stands behind it, on the same line. */
  question(text: string): void {
    const { stderr, secrets } = this.#options;
    writeAll(stderr, withoutControls(secrets.redact(text), this.paintNotice === coloured));
    this.#isQuestionOpen = true;
  }

  /** Whoever has answered has ended the line. */
  answered(): void {
    this.#isQuestionOpen = false;
  }

  /** Writes a result for machines. Its texts are cleaned one by one, because a secret may be written otherwise in JSON. */
  document(document: Readonly<Record<string, unknown>>): void {
    const { secrets, stdout } = this.#options;
    const cleaned = (_key: string, value: unknown) => typeof value === "string" ? secrets.redact(value) : value;
    writeAll(stdout, `${JSON.stringify(document, cleaned, 2)}\n`);
  }

  #write(stream: Stream, text: string, isColoured: boolean): void {
    if (text === "") return;
    writeAll(stream, `${withoutControls(this.#options.secrets.redact(text), isColoured)}\n`);
  }
}

/** Names and messages come from anywhere; on a terminal control characters are commands. */
function withoutControls(text: string, isColoured: boolean): string {
  const stripped = isColoured ? text : stripVTControlCharacters(text);
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return stripped.replace(/\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (found) => {
    return isColoured && found.length > 1 ? found : "";
  });
}

function writeAll(stream: Stream, text: string): void {
  let rest: Uint8Array = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch (error) {
    // Whoever read this has gone. That is no reason to leave a database half changed.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
