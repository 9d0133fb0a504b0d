import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { load, type ProgramRequest, runProgram } from "./program.ts";

interface KnexPackage {
  default(options: object): {
    readonly migrate: { latest(): Promise<[batch: number, names: readonly string[]]> };
    destroy(): Promise<void>;
  };
}

/** As much of the client `better-sqlite3` as knex uses, on the one that Deno has: the same SQLite for all subjects. */
class Client {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    // better-sqlite3 waits for five seconds as well.
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
  }

  prepare(sql: string) {
    const statement = this.#database.prepare(sql);
    const reader = /^\s*(select|pragma|with)\b|\breturning\b/i.test(sql);
    return {
      reader,
      all: (values: readonly SQLInputValue[]) => statement.all(...values),
      run: (values: readonly SQLInputValue[]) => statement.run(...values),
    };
  }

  close() {
    this.#database.close();
  }
}

async function runKnex({ url, folder }: ProgramRequest) {
  const { default: knex } = await load<KnexPackage>("knex");
  const { default: BetterSqlite3 } = await load<{ readonly default: new (...options: object[]) => object }>(
    "knex/lib/dialects/better-sqlite3/index.js",
  );
  class DenoSqlite extends BetterSqlite3 {
    _driver() {
      return Client;
    }
  }
  const database = knex({
    client: DenoSqlite,
    connection: { filename: url },
    useNullAsDefault: true,
    migrations: { directory: folder, loadExtensions: [".cjs"] },
  });
  const [, { length: count }] = await database.migrate.latest();
  await database.destroy();
  return { count };
}

await runProgram(runKnex);
