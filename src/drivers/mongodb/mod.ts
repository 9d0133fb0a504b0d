/**
 * The MongoDB driver, on a client of the `mongodb` package that the caller opens and closes.
 *
 * @example
 * ```ts ignore
 * import { MongoClient } from "mongodb";
 * import { Runner } from "@denock/denock";
 * import { MongoDriver } from "@denock/denock/mongodb";
 *
 * await using client = new MongoClient("mongodb://localhost:27017/shop?replicaSet=rs0");
 * await using driver = new MongoDriver({ client });
 * await new Runner({ driver, migrations: "./migrations" }).migrate();
 * ```
 *
 * @module
 */

export { type MongoContext, MongoDriver, type MongoDriverContext, type MongoDriverOptions } from "./mongo_driver.ts";
export { RefusedInTransactionError } from "./refused_in_transaction_error.ts";
