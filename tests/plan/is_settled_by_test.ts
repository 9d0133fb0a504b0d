import { assertEquals } from "@std/assert";
import { isSettledBy } from "../../src/plan/is_settled_by.ts";
import { draft, sealLog } from "../fixtures/log.ts";

Deno.test("isSettledBy() asks for the digest, the state and the format", async () => {
  const settles = async (said: Parameters<typeof draft>[0]) => {
    const [entry] = await sealLog([draft(said)]);
    return entry !== undefined && isSettledBy(entry, "a digest");
  };
  assertEquals(await settles({ settled: "a digest" }), true);
  assertEquals(await settles({ settled: "another" }), false);
  assertEquals(await settles({ settled: null }), false);
  assertEquals(await settles({ settled: "a digest", state: "FAILED" }), false);
  const [entry] = await sealLog([draft({ settled: "a digest" })]);
  assertEquals(entry !== undefined && isSettledBy({ ...entry, format: 2 }, "a digest"), false);
});
