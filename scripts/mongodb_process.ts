/**
 * Starts a MongoDB server for tests and examples, in a process of its own.
 *
 * The process lives as long as its standard input is open. So the server ends, and its files are removed, even when
 * the process that started it is killed; and nothing of it runs inside a test, where Deno would take it for a leak.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { findMongod } from "./mongod_binary.ts";

const startLimitMs = 300_000;

/** What to start. */
export interface MongodbProcessOptions {
  /** A replica set of one member, which has transactions, or a standalone server, which has none. */
  readonly topology: "replica set" | "standalone";
  /** More arguments for `mongod`. */
  readonly arguments?: readonly string[];
}

/** A running server. */
export interface MongodbProcess extends AsyncDisposable {
  /** The connection string. */
  readonly uri: string;
  /** Stops the server and removes its files. Does nothing when it has been stopped before. */
  stop(): Promise<void>;
}

/** What the process reports on its first line. */
export type MongodbReport = { readonly uri: string } | { readonly error: string };

/**
 * Starts a server and waits until it takes commands.
 *
 * @throws {Error} If no server binary can be had, or it does not start.
 */
export async function startMongodbProcess(options: MongodbProcessOptions): Promise<MongodbProcess> {
  const request = { ...options, binary: await findMongod() };
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      fileURLToPath(new URL("../deno.json", import.meta.url)),
      fileURLToPath(new URL("./serve_mongodb.ts", import.meta.url)),
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
    throw new Error(
      "Cannot start a MongoDB server " +
        `(set MONGODB_URI to a running replica set, or MONGOD to a server binary): ${report.error}`,
    );
  }
  // A server that nobody stops must not keep its starter alive.
  child.unref();
  return { uri: report.uri, stop, [Symbol.asyncDispose]: stop };
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.ref();
  await child.stdin.close();
  await child.status;
}

async function readReport(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<MongodbReport> {
  let text = "";
  // Leaving the loop closes the stream.
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) return JSON.parse(text);
  }
  return { error: "the process that should run it ended without a word" };
}
