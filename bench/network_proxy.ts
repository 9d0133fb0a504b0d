import { commandOf, readMessages } from "../tests/faults/wire_messages.ts";

/** Counted apart: what clients say to find and to leave a server. */
const APART: readonly string[] = ["", "endSessions", "hello", "isMaster", "ismaster", "ping"];

/** Stands between a client and a MongoDB server: holds requests back as a network does, and counts what passes. */
export class NetworkProxy implements AsyncDisposable {
  /** The commands that have passed, without those by which clients find a server. */
  commands: string[] = [];
  /** How many bytes of replies to these commands have passed. */
  replyBytes = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: { readonly hostname: string; readonly port: number };
  readonly #latencyMs: number;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #tasks = new Set<Promise<void>>();

  /** Opens a proxy in front of the server of a connection string; each request waits for `latencyMs`. */
  constructor(server: string, options: { readonly latencyMs: number }) {
    const { hostname, port } = new URL(server);
    this.#target = { hostname, port: Number(port) };
    this.#latencyMs = options.latencyMs;
    this.#keep(this.#accept());
  }

  /** The same database, through the proxy. */
  through(url: string): string {
    const address = new URL(url);
    address.host = `127.0.0.1:${this.#listener.addr.port}`;
    address.search = "?directConnection=true";
    return address.href;
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

  async #serve(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect(this.#target);
    for (const connection of [client, server]) {
      connection.setNoDelay();
      this.#connections.add(connection);
    }
    const end = () => [client, server].forEach(close);
    /** Whether the command on the way counts. */
    let counts = false;
    const onCommand = (command: string) => {
      counts = !APART.includes(command);
      if (counts) this.commands.push(command);
    };
    const onReply = (bytes: number) => this.replyBytes += counts ? bytes : 0;
    await Promise.all([
      this.#passRequests({ client, server }, onCommand).catch(() => {}).finally(end),
      passReplies({ client, server }, onReply).catch(() => {}).finally(end),
    ]);
    this.#connections.delete(client);
    this.#connections.delete(server);
  }

  async #passRequests({ client, server }: Line, onCommand: (command: string) => void): Promise<void> {
    for await (const message of readMessages(client.readable)) {
      onCommand(commandOf(message));
      // A client waits for the reply before it sends the next request on the same connection, so the order stays.
      if (this.#latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#latencyMs));
      await writeAll(server, message);
    }
  }

  #keep(task: Promise<void>): void {
    const done = task.catch(() => {}).finally(() => this.#tasks.delete(done));
    this.#tasks.add(done);
  }
}

/** Both ends of what passes. */
interface Line {
  readonly client: Deno.Conn;
  readonly server: Deno.Conn;
}

async function passReplies({ client, server }: Line, onReply: (bytes: number) => void): Promise<void> {
  for await (const chunk of server.readable) {
    onReply(chunk.length);
    await writeAll(client, chunk);
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
