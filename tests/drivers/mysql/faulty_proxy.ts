/** What to do with the next statement that holds a text: not let it through, or not its answer; the connection ends. */
export type Fault = "lose the request" | "lose the answer";

/** A proxy in front of a server that loses a statement when it is told to. */
export interface FaultyProxy extends AsyncDisposable {
  /** The URL of the server, by way of the proxy. */
  url(url: string): string;
  /** Loses the next statement that holds this text. */
  lose(text: string, fault: Fault): void;
  /** How many statements were lost. */
  lost(): number;
}

/** Starts a proxy. */
export function startFaultyProxy(serverUrl: string): FaultyProxy {
  const { hostname, port } = new URL(serverUrl);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const running: Promise<void>[] = [];
  let planned: { readonly text: string; readonly fault: Fault } | undefined;
  let lost = 0;

  const forward = async (client: Deno.Conn) => {
    const server = await Deno.connect({ hostname, port: Number(port) });
    open.add(client).add(server);
    let losesAnswer = false;
    const end = () => {
      for (const connection of [client, server]) {
        if (open.delete(connection)) connection.close();
      }
    };
    const requests = pump(client, async (bytes) => {
      if (planned !== undefined && new TextDecoder("latin1").decode(bytes).includes(planned.text)) {
        lost++;
        losesAnswer = planned.fault === "lose the answer";
        planned = undefined;
        if (!losesAnswer) return end();
      }
      await server.write(bytes);
    });
    const answers = pump(server, async (bytes) => {
      if (losesAnswer) return end();
      await client.write(bytes);
    });
    await Promise.all([requests, answers].map((each) => each.catch(() => {}).finally(end)));
  };
  const accepting = (async () => {
    for await (const client of listener) running.push(forward(client));
  })();

  return {
    url(url) {
      const through = new URL(url);
      through.port = String(listener.addr.port);
      return through.href;
    },
    lose: (text, fault) => void (planned = { text, fault }),
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      open.clear();
      await accepting;
      await Promise.all(running);
    },
  };
}

async function pump(from: Deno.Conn, pass: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const size = await from.read(buffer);
    if (size === null) return;
    await pass(buffer.slice(0, size));
  }
}
