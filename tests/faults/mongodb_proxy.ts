import { MongoClient } from "mongodb";
import { commandOf, readMessages } from "./wire_messages.ts";

/**
 * What goes wrong with a command on its way:
 *
 * - `cut before`: the connection ends, and the server never hears of the command
 * - `cut after`: the server has done it, and the connection ends instead of the reply
 * - `reset in reply`: the same after half of the reply
 * - `swallow request`: the command vanishes, and the connection stays open without a word
 * - `swallow reply`: the server has done it, and the connection stays open without a word
 * - `delay`: it is held back for a moment
 * - `split`: the reply comes byte by byte
 */
export type WireFaultKind =
  | "cut before"
  | "cut after"
  | "reset in reply"
  | "swallow request"
  | "swallow reply"
  | "delay"
  | "split";

/** What goes wrong, with which command, and how often. */
export interface WireFault {
  /** What goes wrong. */
  readonly kind: WireFaultKind;
  /** The commands it happens to. */
  readonly commands: readonly string[];
  /** How many of them pass unharmed before. */
  readonly skip?: number;
  /** How many are hit; all when not given. */
  readonly times?: number;
}

const DELAY_MS = 300;

/** Stands between a client and a real MongoDB server, and breaks what passes. */
export class MongodbProxy implements AsyncDisposable {
  /** How often the fault has struck. */
  struck = 0;
  readonly #listener: Deno.TcpListener;
  readonly #target: Deno.ConnectOptions;
  readonly #connections = new Set<Deno.Conn>();
  readonly #tasks = new Set<Promise<void>>();
  #fault: WireFault | undefined;
  #passed = 0;

  private constructor(listener: Deno.TcpListener, target: Deno.ConnectOptions) {
    this.#listener = listener;
    this.#target = target;
    this.#keep(this.#accept());
  }

  /** Opens a proxy in front of the primary of a replica set. */
  static async open(uri: string): Promise<MongodbProxy> {
    await using client = new MongoClient(uri);
    const { primary } = await client.db("admin").command({ hello: 1 });
    const [hostname = "", port] = String(primary).split(":");
    return new MongodbProxy(Deno.listen({ hostname: "127.0.0.1", port: 0 }), { hostname, port: Number(port) });
  }

  /** The connection string for a database behind the proxy. */
  url(databaseName: string, options = ""): string {
    return `mongodb://127.0.0.1:${this.#listener.addr.port}/${databaseName}?directConnection=true${options}`;
  }

  /** Begins to break what passes, or ends it. */
  break(fault: WireFault | undefined): void {
    this.#fault = fault;
    this.#passed = 0;
    this.struck = 0;
  }

  /** Closes all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#keep(this.#serve(client));
  }

  async #serve(client: Deno.Conn): Promise<void> {
    this.#connections.add(client);
    const server = await Deno.connect(this.#target);
    this.#connections.add(server);
    /** The fault that waits for the reply to the command on the way, or that has silenced the connection. */
    let pending: WireFaultKind | undefined;
    let isSilent = false;
    const requests = async () => {
      for await (const message of readMessages(client.readable)) {
        pending = this.#faultFor(commandOf(message));
        if (pending === "cut before") return;
        if (pending === "swallow request") isSilent = true;
        if (pending === "delay") await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
        if (!isSilent) await writeAll(server, message);
      }
    };
    const replies = async () => {
      for await (const message of readMessages(server.readable)) {
        if (pending === "cut after") return;
        if (pending === "swallow reply") isSilent = true;
        if (isSilent) continue;
        if (pending === "reset in reply") return await writeAll(client, message.subarray(0, message.length / 2));
        if (pending !== "split") await writeAll(client, message);
        else for (const byte of message) await writeAll(client, Uint8Array.of(byte));
      }
    };
    const end = () => [client, server].forEach(close);
    await Promise.all([requests().catch(() => {}).finally(end), replies().catch(() => {}).finally(end)]);
    this.#connections.delete(client);
    this.#connections.delete(server);
  }

  #faultFor(command: string): WireFaultKind | undefined {
    const fault = this.#fault;
    if (fault === undefined || !fault.commands.includes(command)) return undefined;
    const { skip = 0, times = Infinity } = fault;
    if (this.#passed++ < skip || this.struck >= times) return undefined;
    this.struck++;
    return fault.kind;
  }

  #keep(task: Promise<void>): void {
    const done = task.catch(() => {}).finally(() => this.#tasks.delete(done));
    this.#tasks.add(done);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It has been closed by its own end of the stream.
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written));
}
