import { load, type ProgramRequest, runProgram } from "./program.ts";

/** Where umzug keeps its records; it brings one for MongoDB. */
interface Storage {
  logMigration(change: { readonly name: string }): Promise<void>;
  unlogMigration(change: { readonly name: string }): Promise<void>;
  executed(): Promise<string[]>;
}

interface UmzugPackage {
  readonly Umzug: new (options: object) => { up(): Promise<readonly object[]> };
  readonly MongoDBStorage: new (options: object) => Storage;
}

/** As small as such a storage can be; the one that umzug brings needs Sequelize. */
async function openSqlite(url: string) {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(url, { timeout: 5_000 });
  database.exec("CREATE TABLE IF NOT EXISTS umzug (name TEXT PRIMARY KEY) STRICT");
  const storage: Storage = {
    // deno-lint-ignore require-await -- the client is synchronous, umzug is not
    async logMigration({ name }) {
      database.prepare("INSERT INTO umzug VALUES (?)").run(name);
    },
    // deno-lint-ignore require-await -- the same
    async unlogMigration({ name }) {
      database.prepare("DELETE FROM umzug WHERE name = ?").run(name);
    },
    // deno-lint-ignore require-await -- the same
    async executed() {
      return database.prepare("SELECT name FROM umzug ORDER BY name").all().map(({ name }) => String(name));
    },
  };
  return { context: database, storage, close: () => Promise.resolve(database.close()) };
}

async function openMongodb(url: string, { MongoDBStorage }: UmzugPackage) {
  const { MongoClient } = await import("mongodb");
  const client = await new MongoClient(url).connect();
  const storage = new MongoDBStorage({ collection: client.db().collection("migrations") });
  return { context: client.db(), storage, close: () => client.close() };
}

async function runUmzug({ database, url, folder }: ProgramRequest) {
  const umzug = await load<UmzugPackage>("umzug");
  const { context, storage, close } = await (database === "SQLite" ? openSqlite(url) : openMongodb(url, umzug));
  const migrations = { glob: ["*.cjs", { cwd: folder }] };
  const { length: count } = await new umzug.Umzug({ migrations, context, storage, logger: undefined }).up();
  await close();
  return { count };
}

await runProgram(runUmzug);
