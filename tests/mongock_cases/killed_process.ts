/**
 * A process that executes one change unit and pauses in one of its methods, for a case to kill it there.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { type Driver, Runner } from "../../mod.ts";
import { MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { mongodbThings, sqliteThings } from "./bench.ts";
import { type Method, type Said, unitsOn } from "./units.ts";

/** What the process is to do. */
export interface Task {
  /** The path of the SQLite file or the URL of the MongoDB database. */
  readonly address: string;
  /** The method in which it pauses. */
  readonly pauseIn: Method;
  /** What its change unit says. */
  readonly said: Pick<Said, "transactional" | "fails">;
  /** How long its lease lasts, in milliseconds. */
  readonly leaseMs: number;
}

async function run({ address, pauseIn, said, leaseMs }: Task): Promise<void> {
  const isMongodb = address.startsWith("mongodb");
  const driver: Driver<object> = isMongodb
    ? new MongoDriver({ client: await new MongoClient(address).connect() })
    : new SqliteDriver({ database: openDatabase(address) });
  const after = async (method: Method) => {
    if (method !== pauseIn) return;
    console.log("paused");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  };
  const unit = unitsOn(isMongodb ? mongodbThings : sqliteThings)("1", "a", { ...said, before: true, after });
  await new Runner<object>({ driver, migrations: [unit], lock: { leaseMs } }).migrate();
}

if (import.meta.main) await run(JSON.parse(Deno.args[0] ?? ""));
