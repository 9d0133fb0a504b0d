import { MongoClient } from "mongodb";
import { MongoDriver } from "../../../src/drivers/mongodb/mod.ts";
import { driverConformance } from "../../../src/testing/mod.ts";
import { freshDatabaseName, type MongodbServer, mongodbTest } from "../../mongodb_server.ts";

let server: MongodbServer | undefined;

driverConformance({
  test: (name, run) =>
    mongodbTest(`MongoDriver: ${name}`, async (shared) => {
      server = shared;
      await run();
    }),
  async open() {
    const url = server?.url(freshDatabaseName()) ?? "";
    const clients: MongoClient[] = [await new MongoClient(url).connect()];
    return {
      async connect() {
        const client = await new MongoClient(url).connect();
        clients.push(client);
        return new MongoDriver({ client });
      },
      async write({ db }, key) {
        await db.collection("things").insertOne({ key });
      },
      async has({ db }, key) {
        return await db.collection("things").findOne({ key }) !== null;
      },
      async changeSchema({ db }, name) {
        await db.createCollection(name);
      },
      async hasSchema({ db }, name) {
        return await db.listCollections({ name }).hasNext();
      },
      async [Symbol.asyncDispose]() {
        await clients[0]?.db().dropDatabase();
        for (const client of clients) await client.close();
      },
    };
  },
});
