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

/** How much to tell beside results: what went wrong, what goes on, or everything. */
export type Detail = "quiet" | "normal" | "verbose";

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
  /** How wide the terminal is, in characters. */
  readonly columns: () => number;
}

/** The only way out: everything the command line writes passes here, where secrets and control characters are removed. */
export class Output {
  /** Paints results. */
  readonly paintResult: Paint;
  /** Paints progress, warnings and errors. */
  readonly paintNotice: Paint;
  /** Whether a person is looking at progress, warnings and errors. */
  readonly isWatched: boolean;
  /** How much to tell. */
  detail: Detail = "normal";
  readonly #options: OutputOptions;
  #isQuestionOpen = false;
  #hasStatus = false;

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

  /** Writes progress, which nobody needs who wants to hear only of what goes wrong. */
  progress(text: string): void {
    if (this.detail !== "quiet") this.notice(text);
  }

  /**
   * Shows a line that whatever comes next takes the place of; nothing where nobody is looking. An empty text takes it away.
   */
  status(text: string): void {
    if (!this.isWatched || this.detail === "quiet" || this.#isQuestionOpen) return;
    this.#clearStatus();
    if (text === "") return;
    const { stderr, secrets, columns } = this.#options;
    const shown = withoutControls(secrets.redact(text), false).replaceAll("\n", " ");
    // A line that goes on to the next could not be taken away any more.
    writeAll(stderr, this.paintNotice("dim", Array.from(shown).slice(0, columns() - 1).join("")));
    this.#hasStatus = true;
  }

  /** Writes a warning or an error. */
  notice(text: string): void {
    if (text === "") return;
    if (this.#isQuestionOpen) writeAll(this.#options.stderr, "\n");
    this.answered();
    this.#write(this.#options.stderr, text, this.paintNotice === coloured);
  }

  /** Writes a question; the answer stands behind it, on the same line. */
  question(text: string): void {
    const { stderr, secrets } = this.#options;
    this.#clearStatus();
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
    const escaped = (found: string) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
    writeAll(stdout, `${JSON.stringify(document, cleaned, 2).replace(UNSEEN, escaped)}\n`);
  }

  #clearStatus(): void {
    if (this.#hasStatus) writeAll(this.#options.stderr, CLEAR_LINE);
    this.#hasStatus = false;
  }

  #write(stream: Stream, text: string, isColoured: boolean): void {
    if (text === "") return;
    this.#clearStatus();
    writeAll(stream, `${withoutControls(this.#options.secrets.redact(text), isColoured)}\n`);
  }
}

/** Back to the beginning of the line, and nothing left in it. */
const CLEAR_LINE = "\r\x1b[K";

/** What JSON lets through: control characters of terminals, and what changes the direction or the line of a text. */
const UNSEEN = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Names and messages come from anywhere; on a terminal control characters are commands. */
function withoutControls(text: string, isColoured: boolean): string {
  const stripped = isColoured ? text : stripVTControlCharacters(text);
  // The colours are those of paint.ts: others could make a text invisible.
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return stripped.replace(/\x1b\[(?:1|2|22|3[1239])m|[\x00-\x08\x0b-\x1f]/g, (found) => {
    return isColoured && found.length > 1 ? found : "";
  }).replace(UNSEEN, "");
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
