import { createHash } from "node:crypto";
import { padded, type Subject, type Unit } from "../subject.ts";

const INSERT_ITEM = (number: number) => `db.collection("items").insertOne({ unit: ${number} })`;
const REMOVE_ITEM = (number: number) => `db.collection("items").deleteOne({ unit: ${number} })`;

/** The way most of them have it: a module with two functions. */
function commonJs(number: number, parameters: string, bodies: { readonly up: string; readonly down: string }): Unit {
  const text = `exports.up = async (${parameters}) => { ${bodies.up} };\n` +
    `exports.down = async (${parameters}) => { ${bodies.down} };\n`;
  return { number, fileName: `${padded(number)}_unit_${number}.cjs`, text };
}

/** The class of mongo-migrate-ts: it sorts by the last 13 characters of its name. */
function classNameOf(number: number): string {
  return `Unit${String(number).padStart(13, "0")}`;
}

const migrateMongo: Subject = {
  name: "migrate-mongo 14.0.7",
  program: "migrate_mongo.ts",
  databases: ["MongoDB"],
  transactions: "none",
  records: "changelog",
  unit: (_, number, pause) =>
    commonJs(number, "db", { up: `await ${INSERT_ITEM(number)}; ${pause}`, down: `await ${REMOVE_ITEM(number)};` }),
  seed: (database, units) =>
    database.insert(
      "changelog",
      units.map(({ fileName, text }) => {
        const fileHash = createHash("sha256").update(text).digest("hex");
        return { fileName, fileHash, appliedAt: new Date(), migrationBlock: 1 };
      }),
    ),
};

/** migrate-mongo with its lock. */
export const migrateMongoLocked: Subject = {
  ...migrateMongo,
  name: "migrate-mongo 14.0.7 with its lock",
  settings: { ownLock: true },
};

/** migrate-mongo with hashes of the files. */
export const migrateMongoHashed: Subject = {
  ...migrateMongo,
  name: "migrate-mongo 14.0.7 with file hashes",
  settings: { fileHash: true },
};

const umzugOnMongodb: Subject = {
  name: "umzug 3.8.3",
  program: "umzug.ts",
  databases: ["MongoDB"],
  transactions: "none",
  records: "migrations",
  unit: (_, number, pause) =>
    commonJs(number, "{ context: db }", {
      up: `await ${INSERT_ITEM(number)}; ${pause}`,
      down: `await ${REMOVE_ITEM(number)};`,
    }),
  seed: (database, units) => database.insert("migrations", units.map(({ fileName }) => ({ migrationName: fileName }))),
};

const umzugOnSqlite: Subject = {
  ...umzugOnMongodb,
  databases: ["SQLite"],
  records: "umzug",
  unit: (_, number, pause) =>
    commonJs(number, "{ context: db }", {
      up: `db.prepare("INSERT INTO items (unit) VALUES (?)").run(${number}); ${pause}`,
      down: `db.prepare("DELETE FROM items WHERE unit = ?").run(${number});`,
    }),
  async seed(database, units) {
    database.define("CREATE TABLE umzug (name TEXT PRIMARY KEY) STRICT");
    await database.insert("umzug", units.map(({ fileName }) => ({ name: fileName })));
  },
};

const mongoMigrateTs: Subject = {
  name: "mongo-migrate-ts 2.0.0",
  program: "mongo_migrate_ts.ts",
  databases: ["MongoDB"],
  transactions: "none",
  slowWithMany: true,
  records: "migrations_changelog",
  unit(_, number, pause) {
    const text = `exports.${classNameOf(number)} = class {\n` +
      `  async up(db) { await ${INSERT_ITEM(number)}; ${pause} }\n` +
      `  async down(db) { await ${REMOVE_ITEM(number)}; }\n};\n`;
    return { number, fileName: `${padded(number)}_unit_${number}.cjs`, text };
  },
  seed: (database, units) =>
    database.insert(
      "migrations_changelog",
      units.map(({ number, fileName }) => ({ file: fileName, className: classNameOf(number), timestamp: number })),
    ),
};

const mikroOrm: Subject = {
  name: "MikroORM 7.2.2",
  program: "mikro_orm.ts",
  databases: ["MongoDB"],
  transactions: "one for all",
  records: "mikro_orm_migrations",
  unit(_, number, pause) {
    const text = `import { Migration } from "@mikro-orm/migrations-mongodb";\n` +
      `export class Unit${number} extends Migration {\n` +
      `  async up() { await this.getCollection("items").insertOne({ unit: ${number} }, { session: this.ctx }); ${pause} }\n` +
      `  async down() { await this.getCollection("items").deleteOne({ unit: ${number} }, { session: this.ctx }); }\n}\n`;
    return { number, fileName: `${padded(number)}_unit_${number}.mjs`, text };
  },
  seed: (database, units) =>
    database.insert("mikro_orm_migrations", units.map(({ fileName }) => ({ name: fileName, executed_at: new Date() }))),
};

/** MikroORM with one transaction for each change. */
export const mikroOrmEach: Subject = {
  ...mikroOrm,
  name: "MikroORM 7.2.2, `allOrNothing: false`",
  transactions: "one a change",
  settings: { allOrNothing: false },
};

const knex: Subject = {
  name: "knex 3.3.0",
  program: "knex.ts",
  databases: ["SQLite"],
  transactions: "one for all",
  slowWithMany: true,
  records: "knex_migrations",
  unit: (_, number, pause) =>
    commonJs(number, "knex", {
      up: `await knex("items").insert({ unit: ${number} }); ${pause}`,
      down: `await knex("items").where({ unit: ${number} }).delete();`,
    }),
  async seed(database, units) {
    // As knex makes them itself.
    database.define(
      "CREATE TABLE `knex_migrations` (`id` integer not null primary key autoincrement, `name` varchar(255), " +
        "`batch` integer, `migration_time` datetime)",
    );
    database.define(
      "CREATE TABLE `knex_migrations_lock` (`index` integer not null primary key autoincrement, `is_locked` integer)",
    );
    database.define("INSERT INTO `knex_migrations_lock` (`is_locked`) VALUES (0)");
    const rows = units.map(({ fileName }) => ({ name: fileName, batch: 1, migration_time: Date.now() }));
    await database.insert("knex_migrations", rows);
  },
};

/** What others use, as it comes. */
export const peers: readonly Subject[] = [migrateMongo, umzugOnMongodb, mongoMigrateTs, mikroOrm, umzugOnSqlite, knex];
