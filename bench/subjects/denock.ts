import { checksumOf } from "../../src/change_unit/checksum.ts";
import { toDocument } from "../../src/drivers/mongodb/entry_document.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import type { ChangeEntry, EntryDraft } from "../../src/history/change_entry.ts";
import { sealEntry } from "../../src/history/digest.ts";
import { digestOfFiles } from "../../src/source/folder/source_file.ts";
import type { DatabaseKind } from "../databases.ts";
import { padded, type Subject, type Unit } from "../subject.ts";

const EXECUTIONS: Readonly<Record<DatabaseKind, (number: number) => string>> = {
  SQLite: (number) => `db.prepare("INSERT INTO items (unit) VALUES (?)").run(${number})`,
  MongoDB: (number) => `db.collection("items").insertOne({ unit: ${number} })`,
};
const ROLLBACKS: Readonly<Record<DatabaseKind, (number: number) => string>> = {
  SQLite: (number) => `db.prepare("DELETE FROM items WHERE unit = ?").run(${number})`,
  MongoDB: (number) => `db.collection("items").deleteOne({ unit: ${number} })`,
};
const REPEATS: Readonly<Record<DatabaseKind, string>> = {
  SQLite: `db.exec("UPDATE items SET unit = 0 WHERE unit = 0")`,
  MongoDB: `db.collection("items").updateOne({ unit: 0 }, { $set: { unit: 0 } }, { upsert: true })`,
};

/** A trivial change unit in TypeScript. */
function unit(database: DatabaseKind, number: number, pause: string): Unit {
  const text = `export const author = "bench";\n` +
    `export const execution = async ({ db }) => { await ${EXECUTIONS[database](number)}; ${pause} };\n` +
    `export const rollbackExecution = ({ db }) => ${ROLLBACKS[database](number)};\n`;
  return { number, fileName: `${padded(number)}_unit_${number}.ts`, text };
}

/** A change unit that runs always, and does the same over and over. */
export function repeatedUnit(database: DatabaseKind, number: number): Unit {
  const text = `export const author = "bench";\nexport const runAlways = true;\n` +
    `export const execution = ({ db }) => ${REPEATS[database]};\nexport const rollbackExecution = () => {};\n`;
  return { number, fileName: `${padded(number)}_unit_${number}.ts`, text };
}

/** The history in which change units were executed, by one execution. */
async function makeHistory(units: readonly Unit[]): Promise<ChangeEntry[]> {
  const entries: ChangeEntry[] = [];
  const add = async (draft: EntryDraft) => {
    const last = entries.at(-1);
    entries.push(await sealEntry(draft, { seq: last?.seq ?? 0, digest: last?.digest ?? null }));
  };
  const run: EntryDraft = {
    ...{ executionId: crypto.randomUUID(), operation: "MIGRATE", type: "RUN", state: "STARTED" },
    ...{ changeId: null, author: null, order: null, file: null, checksum: null, systemVersion: null, runAlways: null },
    ...{ timestamp: new Date().toISOString(), executionMillis: null, attempts: null, executionHostname: "bench" },
    ...{ session: null, comment: null, metadata: null, error: null, settled: null },
  };
  await add(run);
  const listed = await Promise.all(units.map(async ({ number, fileName, text }) => {
    return {
      order: padded(number),
      id: `unit_${number}`,
      file: fileName,
      author: null,
      checksum: await checksumOf(text),
    };
  }));
  const encoder = new TextEncoder();
  const settled = await digestOfFiles(units.map(({ fileName: name, text }) => ({ name, bytes: encoder.encode(text) })));
  for (const [index, { order, id, file, checksum }] of listed.entries()) {
    await add({
      ...run,
      ...{ type: "EXECUTION", state: "EXECUTED", changeId: id, author: "bench" },
      ...{ checksum, order, file, systemVersion: "0" },
      ...{ runAlways: false, executionMillis: 1, attempts: 1, settled: index === units.length - 1 ? settled : null },
    });
  }
  return entries;
}

const onSqlite: Subject = {
  name: "Denock",
  program: "denock.ts",
  databases: ["SQLite"],
  transactions: "one a change",
  records: "denock_history",
  otherRecords: 1,
  unit,
  async seed({ url }, units) {
    const entries = await makeHistory(units);
    using database = openDatabase(url);
    await using driver = new SqliteDriver({ database });
    await driver.prepare();
    database.exec("BEGIN");
    for (const entry of entries) await driver.append(entry);
    database.exec("COMMIT");
  },
};

const onMongodb: Subject = {
  ...onSqlite,
  databases: ["MongoDB"],
  records: "denockHistory",
  seed: async (database, units) =>
    await database.insert("denockHistory", (await makeHistory(units)).map((entry) => ({ ...toDocument(entry) }))),
};

/** Denock as it comes. */
export const denock: Readonly<Record<DatabaseKind, Subject>> = { SQLite: onSqlite, MongoDB: onMongodb };

/** Denock as `denock migrate`. */
export const denockCommandLine: Readonly<Record<DatabaseKind, Subject>> = {
  SQLite: { ...onSqlite, name: "Denock, command line", program: "command_line.ts" },
  MongoDB: { ...onMongodb, name: "Denock, command line", program: "command_line.ts" },
};

/** Denock with one transaction for a whole execution. */
export const denockTogether: Readonly<Record<DatabaseKind, Subject>> = {
  SQLite: together(onSqlite),
  MongoDB: together(onMongodb),
};

/** Denock with ten change units a transaction. */
export const denockTens: Readonly<Record<DatabaseKind, Subject>> = {
  SQLite: tens(onSqlite),
  MongoDB: tens(onMongodb),
};

function tens(subject: Subject): Subject {
  const settings = { unitsPerTransaction: 10 } as const;
  return { ...subject, name: "Denock, ten a transaction", transactions: "one for ten", settings };
}

function together(subject: Subject): Subject {
  const settings = { transactionStrategy: "run" } as const;
  return { ...subject, name: "Denock, strategy `run`", transactions: "one for all", settings };
}
