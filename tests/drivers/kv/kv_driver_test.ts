import { join } from "@std/path";
import { MigrationError } from "../../../mod.ts";
import { KvDriver, type KvDriverContext } from "../../../src/drivers/kv/mod.ts";
import { driverConformance } from "../../../src/testing/mod.ts";

driverConformance<KvDriverContext>({
  test: (name, run) => Deno.test(`KvDriver: ${name}`, run),
  async open() {
    const folder = await Deno.makeTempDir({ prefix: "denock-" });
    const path = join(folder, "conformance.kv");
    const connections: Deno.Kv[] = [];
    return {
      async connect() {
        const kv = await Deno.openKv(path);
        connections.push(kv);
        // A file that was just opened is tidied up first, and locked for others meanwhile; an answer says that this is over.
        await kv.get(["an answer"]);
        return new KvDriver({ kv });
      },
      async write({ kv, atomic }, key) {
        try {
          atomic.set(["things", key], true);
        } catch (error) {
          // A change unit knows whether it has a transaction; the suite writes with one and without.
          if (!(error instanceof MigrationError && error.code === "TRANSACTION_NEEDED")) throw error;
          await kv.set(["things", key], true);
        }
      },
      has: async ({ kv }, key) => (await kv.get(["things", key])).value === true,
      async [Symbol.asyncDispose]() {
        for (const connection of connections) connection.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
});
