/**
 * The driver for MySQL and MariaDB, on a pool of `npm:mysql2/promise`.
 *
 * @module
 */

export type { MysqlDatabase } from "./bound_database.ts";
export { type MysqlContext, MysqlDriver, type MysqlDriverContext, type MysqlDriverOptions } from "./mysql_driver.ts";
export type { MysqlConnection, MysqlPool, MysqlRow, MysqlStatement } from "./mysql_pool.ts";
