import "./seed.ts";
import fc from "fast-check";
import * as arbitrary from "./arbitraries.ts";
import { deeds } from "./deeds.ts";
import { Life } from "./life.ts";

const RUNS = { numRuns: 1_000 };

Deno.test("A runner and a plain model agree on every step of a life, and an undo of all leaves nothing", async () => {
  const lives = arbitrary.shelves.chain((shelf) =>
    fc.record({
      shelf: fc.constant(shelf),
      files: arbitrary.folders(shelf, ({ text }) => text.id),
      deeds: fc.array(deeds, { minLength: 1, maxLength: 12 }),
    })
  ).map((life) => ({
    ...life,
    toString: () => JSON.stringify({ files: life.files, deeds: life.deeds }),
  }));
  await fc.assert(
    fc.asyncProperty(lives, async ({ shelf, files, deeds }) => await new Life(shelf, files).live(deeds)),
    RUNS,
  );
});
