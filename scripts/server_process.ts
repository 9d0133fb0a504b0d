/**
 * A server for tests and examples, in a process of its own.
 *
 * The process lives as long as its standard input is open. So the server ends, and its files are removed, even when
 * the process that started it is killed; and nothing of it runs inside a test, where Deno would take it for a leak.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const startLimitMs = 300_000;

/** What to start. */
export interface ServerProcessOptions {
  /** The file of the program, which calls {@link serve}. */
  readonly program: string;
  /** What the program is told. */
  readonly request: object;
}

/** A running server. */
export interface ServerProcess extends AsyncDisposable {
  /** The connection string. */
  readonly url: string;
  /** Stops the server and removes its files. Does nothing when it has been stopped before. */
  stop(): Promise<void>;
}

/** What the program runs. */
export interface ServedServer {
  /** The connection string. */
  readonly url: string;
  /** Stops the server and removes its files. */
  stop(): Promise<unknown>;
}

/** What the program reports on its first line of output. */
type Report = { readonly url: string } | { readonly error: string };

/**
 * Starts a program that serves and waits until its server takes commands.
 *
 * @throws {Error} with what the program says when the server does not start.
 */
export async function startServerProcess({ program, request }: ServerProcessOptions): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      fileURLToPath(new URL("../deno.json", import.meta.url)),
      fileURLToPath(new URL(program, import.meta.url)),
      JSON.stringify(request),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const deadline = setTimeout(() => child.kill(), startLimitMs);
  const report = await readReport(child.stdout);
  clearTimeout(deadline);

  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= end(child);
  if ("error" in report) {
    await stop();
    throw new Error(report.error);
  }
  // A server that nobody stops must not keep its starter alive.
  child.unref();
  return { url: report.url, stop, [Symbol.asyncDispose]: stop };
}

/** The whole of a program that serves: starts a server, reports it, and stops it when the standard input ends. */
export async function serve<Request>(start: (request: Request) => Promise<ServedServer>): Promise<never> {
  try {
    const server = await start(JSON.parse(Deno.args[0] ?? "{}"));
    report({ url: server.url });
    await Promise.race([endOfInput(), interrupt()]);
    await server.stop();
  } catch (error) {
    report({ error: error instanceof Error ? error.message : String(error) });
  }
  Deno.exit();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.ref();
  await child.stdin.close();
  await child.status;
}

async function readReport(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Report> {
  let text = "";
  // Leaving the loop closes the stream.
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) return JSON.parse(text);
  }
  return { error: "the process that should run it ended without a word" };
}

function report(line: Report): void {
  console.log(JSON.stringify(line));
}

async function endOfInput(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

function interrupt(): Promise<void> {
  return new Promise((resolve) => Deno.addSignalListener("SIGINT", resolve));
}
