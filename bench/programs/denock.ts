/**
 * Denock, as a library: imports only the driver that is needed.
 *
 * @module
 */

import { type ProgramRequest, runProgram } from "./program.ts";

async function sqliteDriver() {
  const { openDatabase, SqliteDriver } = await import("../../src/drivers/sqlite/mod.ts");
  return (url: string) => {
    const database = openDatabase(url);
    const driver = new SqliteDriver({ database });
    return Promise.resolve({ driver, close: () => Promise.resolve(database.close()) });
  };
}

async function mongodbDriver() {
  const { MongoClient } = await import("mongodb");
  const { MongoDriver } = await import("../../src/drivers/mongodb/mod.ts");
  return async (url: string) => {
    const client = await new MongoClient(url).connect();
    const driver = new MongoDriver({ client });
    const close = async () => {
      await driver[Symbol.asyncDispose]();
      await client.close();
    };
    return { driver, close };
  };
}

async function runDenock(request: ProgramRequest) {
  const { Runner } = await import("../../mod.ts");
  const connect = request.database === "SQLite" ? await sqliteDriver() : await mongodbDriver();
  const startedAt = performance.now();
  const { driver, close } = await connect(request.url);
  const { folder, transactionStrategy = "change", unitsPerTransaction = 1, recordRepeats = true } = request;
  const { lock = {}, times = 1 } = request;
  const options = {
    migrations: folder,
    hostname: "bench",
    transactionStrategy,
    unitsPerTransaction,
    recordRepeats,
    lock,
  };
  const make = () => new Runner<object>({ ...options, driver });
  let count = 0;
  for (let time = 0; time < times; time++) {
    count = request.work === "plan" ? (await make().plan()).changes.length : (await make().migrate()).executed.length;
  }
  const workMs = performance.now() - startedAt;
  await close();
  return { workMs, count };
}

await runProgram(runDenock);
