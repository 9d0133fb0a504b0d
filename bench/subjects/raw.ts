import type { DatabaseKind } from "../databases.ts";
import type { Subject } from "../subject.ts";

const onSqlite: Subject = {
  name: "raw client",
  program: "raw.ts",
  databases: ["SQLite"],
  transactions: "one a change",
  records: "raw_history",
  async seed(database, units) {
    database.define("CREATE TABLE raw_history (number INTEGER PRIMARY KEY) STRICT");
    await database.insert("raw_history", units.map(({ number }) => ({ number })));
  },
};

const onMongodb: Subject = {
  ...onSqlite,
  databases: ["MongoDB"],
  records: "rawHistory",
  seed: (database, units) => database.insert("rawHistory", units.map(({ number }) => ({ _id: number }))),
};

/** The least that could be correct. */
export const raw: Readonly<Record<DatabaseKind, Subject>> = { SQLite: onSqlite, MongoDB: onMongodb };
