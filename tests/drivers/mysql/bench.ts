import { assertInstanceOf, assertRejects } from "@std/assert";
import type { Pool } from "mysql2/promise";
import { type ExecutionReport, MigrationError, Runner } from "../../../mod.ts";
import { type MysqlContext, MysqlDriver } from "../../../src/drivers/mysql/mod.ts";
import type { ErrorCode } from "../../../src/errors.ts";
import { type MysqlServer, type MysqlTestDatabase, openMysqlDatabase } from "../../mysql_server.ts";

/** Where executions say that they run. */
export const HOSTNAME = "the host of the bench";

/** A change unit to execute; what is left out does nothing. */
export interface BenchUnit {
  /** Its id, "unit" when it is left out. */
  readonly id?: string;
  /** Whether it asks for a transaction. */
  readonly transactional?: boolean;
  /** What it does. */
  readonly execution?: (context: MysqlContext) => Promise<void>;
  /** What undoes that. */
  readonly rollbackExecution?: (context: MysqlContext) => Promise<void>;
}

/** A database with a table `people (id, name)` that holds Ann, and a driver on it. */
export interface Bench extends AsyncDisposable {
  /** The database. */
  readonly database: MysqlTestDatabase;
  /** The pool of the driver. */
  readonly pool: Pool;
  /** The driver. */
  readonly driver: MysqlDriver;
  /** The names in the table, as another connection sees them. */
  people(): Promise<string[]>;
  /** The history behind its first entries, as `type state`. */
  written(after?: number): Promise<string[]>;
  /** Executes one change unit. */
  migrate(unit: BenchUnit): Promise<ExecutionReport>;
}

/** What differs from one bench to another. */
export interface BenchOptions {
  /** The pool of the driver, when it is a special one. */
  readonly pool?: (database: MysqlTestDatabase) => Pool;
}

/** Opens a bench. */
export async function openBench(server: MysqlServer, { pool: open }: BenchOptions = {}): Promise<Bench> {
  const database = await openMysqlDatabase(server);
  await database.pool.query("CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100) UNIQUE)");
  await database.pool.query("INSERT INTO people (name) VALUES ('Ann')");
  const pool = open?.(database) ?? database.open();
  const driver = new MysqlDriver({ pool });
  return {
    database,
    pool,
    driver,
    async people() {
      const [rows] = await database.pool.query({ sql: "SELECT name FROM people ORDER BY id", rowsAsArray: true });
      return (rows as unknown as string[][]).flat();
    },
    async written(after = 0) {
      return (await driver.readHistory({ after })).map(({ type, state }) => `${type} ${state}`);
    },
    migrate(unit) {
      const whole = { id: "unit", order: "1", execution: () => {}, rollbackExecution: () => {}, ...unit };
      const rules = { missing: "warn", missingNewer: "warn", outOfOrder: "run" } as const;
      return new Runner({ driver, migrations: [whole], rules, hostname: HOSTNAME, retryMs: 20_000 }).migrate();
    },
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Checks that something is rejected with an error of a code. */
export async function assertCode(code: ErrorCode, work: () => Promise<unknown>): Promise<MigrationError> {
  const error = await assertRejects(work);
  assertInstanceOf(error, MigrationError);
  if (error.code !== code) throw error;
  return error;
}
