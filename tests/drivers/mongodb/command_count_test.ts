import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { MongoClient } from "mongodb";
import { type ChangeEntry, type ChangeSource, FolderSource, Runner } from "../../../mod.ts";
import { toDocument } from "../../../src/drivers/mongodb/entry_document.ts";
import { MongoDriver } from "../../../src/drivers/mongodb/mod.ts";
import { makeEntry, START } from "../../../src/testing/sample_entries.ts";
import { freshDatabaseName, mongodbTest } from "../../mongodb_server.ts";

/** Counted apart: these are neither the driver's nor on the way of a change. */
const APART: readonly string[] = ["endSessions", "hello", "ping"];

const UNIT = `
export const execution = ({ db }) => db.collection("counters").updateOne({ _id: 1 }, { $inc: { value: 1 } });
export const rollbackExecution = () => {};
`;

/** A folder of trivial change units. */
async function makeFolder(count: number): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "denock-" });
  const names = Array.from(
    { length: count },
    (_, index) => `${String(index + 1).padStart(5, "0")}_unit_${index + 1}.ts`,
  );
  await Promise.all(names.map((name) => Deno.writeTextFile(join(folder, name), UNIT)));
  return folder;
}

/** Passes everything on and counts what is loaded. */
class CountingSource implements ChangeSource {
  readonly name = "the counting source";
  loaded = 0;
  readonly #source: FolderSource;

  constructor(source: FolderSource) {
    this.#source = source;
  }

  async list() {
    return await this.#source.list();
  }

  async snapshot() {
    return await this.#source.snapshot();
  }

  async load(...[changes, defaultAuthor]: Parameters<ChangeSource["load"]>) {
    this.loaded += changes.length;
    return await this.#source.load(changes, defaultAuthor);
  }
}

/** A client that notes the commands it sends. */
async function connectMonitored(url: string) {
  const client = await new MongoClient(url, { monitorCommands: true }).connect();
  const commands: string[] = [];
  client.on("commandStarted", ({ commandName }) => {
    if (!APART.includes(commandName)) commands.push(commandName);
  });
  return { client, commands };
}

/** The history of a folder that has been executed in one go, with or without the word that nothing was left to do. */
async function makeHistory(source: CountingSource, isSettled: boolean): Promise<ChangeEntry[]> {
  const { changes } = await source.list();
  const digest = isSettled ? (await source.snapshot()).digest : null;
  const nothing = {
    changeId: null,
    author: null,
    order: null,
    file: null,
    checksum: null,
    systemVersion: null,
  } as const;
  const run = { ...nothing, type: "RUN", state: "STARTED", runAlways: null, settled: null } as const;
  const entries = [await makeEntry(START, run)];
  for (const { id, order, file, checksum } of changes) {
    const change = { changeId: id, author: "default-author", order, file, checksum, runAlways: false };
    const settled = entries.length === changes.length ? digest : null;
    entries.push(await makeEntry(entries.at(-1) ?? START, { ...change, metadata: null, error: null, settled }));
  }
  return entries;
}

for (const [count, isSettled] of [[0, false], [10, true], [10, false], [1_000, true], [5_000, false]] as const) {
  const which = `${isSettled ? "an entry that vouches for " : ""}${count} executed change units`;
  mongodbTest(`migrate() with ${which} sends one command and loads none`, async (server) => {
    const folder = await makeFolder(count);
    const { client, commands } = await connectMonitored(server.url(freshDatabaseName()));
    try {
      const source = new CountingSource(new FolderSource(folder));
      const entries = await makeHistory(source, isSettled);
      if (count > 0) await client.db().collection<{ _id: number }>("denockHistory").insertMany(entries.map(toDocument));
      await using driver = new MongoDriver({ client });
      commands.length = 0;
      const report = await new Runner({ driver, migrations: source }).migrate();
      assertEquals([report.executionId, report.executed, report.pending], [null, [], []]);
      assertEquals(commands, ["aggregate"]);
      assertEquals([source.loaded, report.done], [0, count]);
    } finally {
      await client.db().dropDatabase();
      await client.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

for (const count of [1, 10, 100]) {
  mongodbTest(
    `migrate() with ${count} pending change units sends three commands for each and four more`,
    async (server) => {
      const folder = await makeFolder(count);
      const { client, commands } = await connectMonitored(server.url(freshDatabaseName()));
      try {
        await using driver = new MongoDriver({ client });
        const first = { id: "first", order: "0", execution: () => {}, irreversible: "it does nothing" };
        await new Runner({ driver, migrations: [first] }).migrate();
        commands.length = 0;
        const runner = new Runner({ driver, migrations: folder, rules: { missing: "warn" } });
        const report = await runner.migrate();
        assertEquals(report.executed.length, count);
        const each = Array.from({ length: count }, () => ["update", "insert", "commitTransaction"]).flat();
        assertEquals(commands, ["aggregate", "findAndModify", "insert", ...each, "update"]);
      } finally {
        await client.db().dropDatabase();
        await client.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

mongodbTest(
  "migrate() with ten change units a transaction sends one command for the entries of each",
  async (server) => {
    const folder = await makeFolder(25);
    const { client, commands } = await connectMonitored(server.url(freshDatabaseName()));
    try {
      await using driver = new MongoDriver({ client });
      await new Runner({ driver, migrations: folder, unitsPerTransaction: 10 }).migrate();
      const together = (count: number) => [
        ...Array.from({ length: count }, () => "update"),
        "insert",
        "commitTransaction",
      ];
      assertEquals(commands.filter((name) => name !== "hello"), [
        ...["aggregate", "findAndModify", "insert"],
        ...[10, 10, 5].flatMap(together),
        "update",
      ]);
      assertEquals((await driver.readHistory()).length, 26);
    } finally {
      await client.db().dropDatabase();
      await client.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
