/**
 * The PostgreSQL driver, on a client of the `postgres` package that the caller opens and closes.
 *
 * @example
 * ```ts ignore
 * import postgres from "postgres";
 * import { Runner } from "@denock/denock";
 * import { PostgresDriver } from "@denock/denock/postgres";
 *
 * const sql = postgres("postgres://localhost/shop");
 * await using driver = new PostgresDriver({ sql });
 * await new Runner({ driver, migrations: "./migrations" }).migrate();
 * await sql.end();
 * ```
 *
 * @module
 */

export type { BoundSql } from "./bound_sql.ts";
export {
  type PostgresContext,
  PostgresDriver,
  type PostgresDriverContext,
  type PostgresDriverOptions,
} from "./postgres_driver.ts";
