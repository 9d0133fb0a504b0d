import { assertEquals, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { refusalOfServer } from "../../../src/drivers/mongodb/server_refusal.ts";
import { mongodbTest } from "../../mongodb_server.ts";

mongodbTest(
  "refusalOfServer() accepts what a replica set answers, and refuses the same from an older version",
  async (server) => {
    await using client = new MongoClient(server.uri);
    const hello = await client.db("admin").command({ hello: 1 });
    assertEquals(refusalOfServer(hello), undefined);
    const refusal = refusalOfServer({ ...hello, maxWireVersion: 8 });
    assertEquals(refusal?.code, "TRANSACTIONS_UNAVAILABLE");
    for (const part of ["older than 4.4", "version 8", "update it", "transactional: false", "transactionStrategy"]) {
      assertStringIncludes(refusal?.message ?? "", part);
    }
  },
);

mongodbTest(
  "refusalOfServer() refuses a server that is no member of a replica set, and accepts a router",
  async (server) => {
    await using client = new MongoClient(server.uri);
    const { setName: _, ...hello } = await client.db("admin").command({ hello: 1 });
    assertStringIncludes(refusalOfServer(hello)?.message ?? "", "standalone");
    assertEquals(refusalOfServer({ ...hello, msg: "isdbgrid" }), undefined);
  },
);
