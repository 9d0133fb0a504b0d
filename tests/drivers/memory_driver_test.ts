import { MemoryDriver, type MemoryDriverContext, MemoryStore } from "../../mod.ts";
import { driverConformance } from "../../src/testing/mod.ts";

driverConformance<MemoryDriverContext>({
  test: (name, run) => Deno.test(`MemoryDriver: ${name}`, run),
  open() {
    const store = new MemoryStore();
    return Promise.resolve({
      connect: () => Promise.resolve(new MemoryDriver({ store })),
      write: (context, key) => Promise.resolve(context.db.set(key, true)),
      has: (context, key) => Promise.resolve(context.db.get(key) === true),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});
