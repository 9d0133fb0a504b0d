import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { join } from "@std/path";
import { CommitUnknownError } from "../../../mod.ts";
import { KvDriver } from "../../../src/drivers/kv/mod.ts";

/** A field 1 of length 255 that is not there: nothing that could be decoded. */
const GARBAGE = new Uint8Array([0x0a, 0xff, 0x01]);

/** Opens a database of KV Connect whose server takes every request and gives one kind of answer. */
async function withServer(answer: () => Response, work: (driver: KvDriver) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const options = { port: 0, hostname: "127.0.0.1", signal: stopping.signal, onListen() {} };
  const server = Deno.serve(options, async (request) => {
    await request.arrayBuffer();
    return new URL(request.url).pathname !== "/" ? answer() : Response.json({
      version: 3,
      databaseId: crypto.randomUUID(),
      endpoints: [{ url: "/data", consistency: "strong" }],
      token: "a-token",
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
  });
  const before = Deno.env.get("DENO_KV_ACCESS_TOKEN");
  Deno.env.set("DENO_KV_ACCESS_TOKEN", "a-token-of-a-test");
  try {
    using kv = await Deno.openKv(`http://127.0.0.1:${server.addr.port}/`);
    await work(new KvDriver({ kv }));
  } finally {
    // A graceful shutdown would wait for what the client keeps open.
    stopping.abort();
    await server.finished;
    if (before === undefined) Deno.env.delete("DENO_KV_ACCESS_TOKEN");
    else Deno.env.set("DENO_KV_ACCESS_TOKEN", before);
  }
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  return await work().then(() => undefined, (error) => error);
}

Deno.test("a file of Deno KV that another process has locked is a transient error, and nothing was done", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  try {
    using kv = await Deno.openKv(join(folder, "locked.kv"));
    const driver = new KvDriver({ kv });
    // A file that was just opened is tidied up first, for which the client would wait for ever; an answer says that it is over.
    assertEquals(await driver.readHistory(), []);
    const error = await (async () => {
      // The file is one of SQLite, so that its writer's place can be taken.
      using database = new DatabaseSync(join(folder, "locked.kv"));
      database.exec("BEGIN IMMEDIATE");
      return await errorOf(() => driver.acquireLease({ owner: "ann", hostname: "", leaseMs: 1_000 }));
    })();
    assertEquals([driver.classify(error), String(error)], ["transient", "TypeError: database is locked"]);
    assertEquals(await driver.readLease(), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a lost answer of a server of KV Connect leaves the outcome of a commit unknown", async () => {
  await withServer(() => new Response(GARBAGE), async (driver) => {
    await assertRejects(
      () => driver.transaction(({ context }) => Promise.resolve(context.atomic.set(["key"], 1)), () => {}),
      CommitUnknownError,
    );
    const error = await errorOf(() => driver.context(() => {}).kv.set(["key"], 1));
    assertEquals(driver.classify(error), "unknown", String(error));
  });
});

for (const { status, found } of [{ status: 429, found: "transient" }, { status: 403, found: "permanent" }] as const) {
  Deno.test(`the status ${status} of a server of KV Connect is ${found}`, async () => {
    await withServer(() => new Response("no", { status }), async (driver) => {
      const error = await errorOf(() => driver.readHistory());
      assertEquals(driver.classify(error), found, String(error));
    });
  });
}

Deno.test("a database that was closed is a permanent error", async () => {
  const kv = await Deno.openKv(":memory:");
  const driver = new KvDriver({ kv });
  kv.close();
  assertEquals(driver.classify(await errorOf(() => driver.readHistory())), "permanent");
});
