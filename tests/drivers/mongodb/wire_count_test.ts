import { assertEquals } from "@std/assert";
import { BSON, MongoClient } from "mongodb";
import { NetworkProxy } from "../../../bench/network_proxy.ts";
import { Runner } from "../../../mod.ts";
import { digestOf, withChecksums } from "../../fixtures/with_checksums.ts";
import { toDocument } from "../../../src/drivers/mongodb/entry_document.ts";
import { type MongoContext, MongoDriver } from "../../../src/drivers/mongodb/mod.ts";
import type { ChangeEntry } from "../../../src/history/change_entry.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { freshDatabaseName, mongodbTest } from "../../mongodb_server.ts";

/** What a document takes beside itself as a part of a list: its type, the digits of its place, and a zero. */
function bytesInList(document: object, place: number): number {
  return BSON.calculateObjectSize(document) + 2 + String(place).length;
}

function unit(number: number) {
  const attributes = { id: `unit_${number}`, order: String(number), irreversible: "it is only counted" };
  const execution = async ({ db }: MongoContext) => {
    await db.collection<{ _id: number }>("items").insertOne({ _id: number });
  };
  return { ...attributes, execution };
}

/** A history in which change units from memory were executed; the last entry says that of all of them, or not. */
async function makeHistory(count: number, digest: string | null): Promise<ChangeEntry[]> {
  const nothing = { file: null, checksum: null, metadata: null, error: null } as const;
  const run = { changeId: null, author: null, order: null, systemVersion: null, runAlways: null, settled: null };
  const entries = [await makeEntry(START, { ...nothing, ...run, type: "RUN", state: "STARTED" })];
  for (let number = 1; number <= count; number++) {
    const change = { changeId: `unit_${number}`, author: "default-author", order: String(number), runAlways: false };
    const settled = number === count ? digest : null;
    entries.push(await makeEntry(entries.at(-1) ?? START, { ...nothing, ...change, settled }));
  }
  return entries;
}

/** A driver behind a proxy that counts, on a database of its own. */
async function openCounted(url: string) {
  const stack = new AsyncDisposableStack();
  const proxy = stack.use(new NetworkProxy(url, { latencyMs: 0 }));
  const client = stack.use(await new MongoClient(proxy.through(url)).connect());
  stack.defer(async () => void await client.db().dropDatabase());
  const driver = stack.use(new MongoDriver({ client }));
  const count = async (work: () => Promise<unknown>) => {
    proxy.commands = [];
    proxy.replyBytes = 0;
    await work();
    return { commands: proxy.commands, replyBytes: proxy.replyBytes };
  };
  return { client, driver, count, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

mongodbTest(
  "migrate() with nothing to do gets one entry, or the history in one reply, and not a byte more",
  async (server) => {
    await using counted = await openCounted(server.url(freshDatabaseName()));
    const { client, driver, count } = counted;
    const history = client.db().collection<{ _id: number }>("denockHistory");
    const unitsOf = (changes: number) => Array.from({ length: changes }, (_, index) => unit(index + 1));
    const migrate = (changes: number) => count(() => migrateAll(changes));
    const migrateAll = async (changes: number) => {
      const report = await new Runner({ driver, migrations: withChecksums(unitsOf(changes)) }).migrate();
      assertEquals([report.executed, report.done], [[], changes]);
    };
    // What a reply takes beside the entries depends on the server.
    const empty = await migrate(0);
    assertEquals(empty.commands, ["aggregate"]);
    for (const changes of [1, 200, 1_000]) {
      for (const digest of [null, digestOf(unitsOf(changes))]) {
        const documents = (await makeHistory(changes, digest)).map(toDocument);
        await history.deleteMany({});
        await history.insertMany(documents);
        const read = digest === null ? documents : documents.slice(-1);
        const entryBytes = read.reduce((sum, document, place) => sum + bytesInList(document, place), 0);
        assertEquals(await migrate(changes), { commands: ["aggregate"], replyBytes: empty.replyBytes + entryBytes });
      }
    }
  },
);

mongodbTest("migrate() on a new database sends three commands for each change unit and four more", async (server) => {
  await using counted = await openCounted(server.url(freshDatabaseName()));
  const { driver, count } = counted;
  const changes = 20;
  const migrations = Array.from({ length: changes }, (_, index) => unit(index + 1));
  const { commands } = await count(() => new Runner({ driver, migrations }).migrate());
  const each = Array.from({ length: changes }, () => ["insert", "insert", "commitTransaction"]).flat();
  assertEquals(commands, ["find", "findAndModify", "insert", ...each, "update"]);
});
